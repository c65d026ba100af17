#include "test/bench/contender.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace lvsd::bench {

std::string_view text(Program program) {
  switch (program) {
    case Program::lvsd:
      return "lvsd";
    case Program::keepalived:
      return "keepalived";
    case Program::before:
      return "before";
  }
  return "?";
}

Folder::Folder() {
  std::string name = std::filesystem::temp_directory_path() / "bench-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "mkdtemp " + name);
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void Folder::write_config(std::string_view text) const {
  const std::filesystem::path written = path_ / "bench.conf.new";
  std::ofstream file(written, std::ios::trunc);
  file << text << std::flush;
  if (!file) throw std::runtime_error("cannot write " + written.native());
  std::filesystem::rename(written, config());
}

testing::Command command_line(Program program, const Binaries& binaries, const Folder& folder) {
  const std::filesystem::path& path = folder.path();
  switch (program) {
    case Program::lvsd:
    case Program::before:
      return {program == Program::lvsd ? binaries.lvsd : binaries.before,
              "-f",
              folder.config(),
              "-s",
              path / "lvsd.sock",
              "--state-dir",
              path};
    case Program::keepalived:
      return {binaries.keepalived, "--check",           "--dont-fork", "--no-syslog",
              "--use-file",        folder.config(),     "--pid",       path / "keepalived.pid",
              "--checkers_pid",    path / "checker.pid"};
  }
  return {};
}

std::string config_for(Program program, std::string_view servers,
                       std::chrono::milliseconds audit_interval) {
  std::string out;
  if (program != Program::keepalived)
    out = fmt::format("global_defs {{\n  audit_interval {:.3f}\n}}\n",
                      static_cast<double>(audit_interval.count()) / 1000);
  return out.append(servers);
}

}  // namespace lvsd::bench
