#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "config/changes.h"
#include "config/entries.h"
#include "config/import.h"
#include "config/load.h"
#include "config/modules.h"

// Any bytes as configuration files: nothing crashes, what is refused says why, and what is accepted
// is written as text that gives the same again.

using namespace lvsd;

namespace {

constexpr std::size_t most_members = 300;  // beyond, the law is left to the unit tests

void require(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", law);
  std::abort();
}

// The input is the main file; "+++ NAME" lines start further ones.
std::map<std::string, std::string> files_of(std::string_view input) {
  std::map<std::string, std::string> out;
  std::string name = "main.conf";
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size() - 1) + 1;
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(end);
    if (line.starts_with("+++ ") && line.size() > 5) {
      name = line.substr(4, line.size() - 5);
    } else {
      out[name] += line;
    }
  }
  out["main.conf"];
  return out;
}

Files files(const std::map<std::string, std::string>& contents) {
  return {[&contents](const std::string& path) -> Result<std::string> {
            const auto found = contents.find(path);
            if (found != contents.end()) return found->second;
            return Error{std::make_error_code(std::errc::no_such_file_or_directory), path};
          },
          [&contents](const std::string& pattern) -> Result<std::vector<std::string>> {
            std::vector<std::string> out;
            for (const auto& [path, text] : contents)
              if (pattern == path || pattern.find('*') != pattern.npos) out.push_back(path);
            return out;
          },
          {}};
}

Loaded load_text(const std::string& text) {
  const std::map<std::string, std::string> one = {{"again.conf", text}};
  return load("again.conf", files(one), {});
}

std::size_t members(const Config& config) {
  std::size_t out = config.groups.size();
  for (const VirtualServer& server : config.virtual_servers)
    out += 1 + server.real_servers.size() + server.sorry_servers.size() + server.services.size();
  return out;
}

void check_text(const Config& config, Detail detail) {
  const std::string written = configuration_text(config, detail);
  const Loaded again = load_text(written);
  if (!again.config || !(*again.config == config)) {
    std::fprintf(stderr, "%s\n%s", written.c_str(), text(again.diagnostics).c_str());
    if (again.config) std::fprintf(stderr, "%s", text(changes(config, *again.config)).c_str());
  }
  require(again.config.has_value(), "what is written loads");
  require(*again.config == config, "what is written loads to the same");
}

void check(const std::map<std::string, std::string>& contents, bool lenient) {
  const LoadOptions options{.lenient = lenient, .config_id = "lb1", .origins = true};
  const Loaded loaded = load("main.conf", files(contents), options);
  require(loaded.config.has_value() == !has_errors(loaded.diagnostics),
          "a Config is there if and only if there is no error");
  require(loaded.diagnostics.size() <= 101, "a hundred diagnostics and a count");
  for (const Diagnostic& diagnostic : loaded.diagnostics)
    require(!text(diagnostic).empty() && !diagnostic.message.empty(),
            "a diagnostic says something");
  if (!loaded.config || members(*loaded.config) > most_members) return;
  require(changes(*loaded.config, *loaded.config).empty(), "nothing differs from itself");
  modules(*loaded.config);
  configuration_text(*loaded.config, Detail::effective, &loaded.origins);
  check_text(*loaded.config, Detail::effective);
  check_text(*loaded.config, Detail::changed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto contents = files_of({reinterpret_cast<const char*>(data), size});
  check(contents, false);
  check(contents, true);
  return 0;
}
