#include "test/fakes/command.h"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace lvsd::test {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string output;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;)
    output.push_back(static_cast<char>(c));
  return output;
}

std::string built(const std::string& program) {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return (self.parent_path().parent_path() / program).string();
}

}  // namespace lvsd::test
