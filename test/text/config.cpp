#include "test/text/config.h"

#include <fnmatch.h>
#include <glob.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <utility>

namespace lvsd::test {

Files files_of(std::map<std::string, std::string> files) {
  const auto shared = std::make_shared<const std::map<std::string, std::string>>(std::move(files));
  return Files{[shared](const std::string& path) -> Result<std::string> {
                 const auto found = shared->find(path);
                 if (found == shared->end())
                   return Error{std::make_error_code(std::errc::no_such_file_or_directory),
                                "reading '" + path + "'"};
                 return found->second;
               },
               [shared](const std::string& pattern) -> Result<std::vector<std::string>> {
                 std::vector<std::string> out;
                 for (const auto& [path, contents] : *shared)
                   if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0)
                     out.push_back(path);
                 return out;
               },
               {}};
}

Files disk() {
  return Files{[](const std::string& path) -> Result<std::string> {
                 std::ifstream in(path, std::ios::binary);
                 if (!in)
                   return Error{std::make_error_code(std::errc::no_such_file_or_directory),
                                "reading '" + path + "'"};
                 std::ostringstream out;
                 out << in.rdbuf();
                 return out.str();
               },
               [](const std::string& pattern) -> Result<std::vector<std::string>> {
                 glob_t found{};
                 ::glob(pattern.c_str(), GLOB_BRACE, nullptr, &found);
                 std::vector<std::string> out(found.gl_pathv, found.gl_pathv + found.gl_pathc);
                 ::globfree(&found);
                 return out;
               },
               {}};
}

Loaded load_text(const std::string& text, const LoadOptions& options) {
  return load("test.conf", files_of({{"test.conf", text}}), options);
}

Config config(const std::string& text) {
  Loaded loaded = load_text(text);
  INFO(lvsd::text(loaded.diagnostics));
  REQUIRE(loaded.config);
  return std::move(*loaded.config);
}

}  // namespace lvsd::test
