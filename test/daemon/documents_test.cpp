#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "config/load.h"
#include "daemon/config_file.h"
#include "test/fakes/command.h"

// What can be known of the documents without reading them: their configurations load, their
// commands exist, their links lead somewhere.
//
//   ```conf           a whole file; loads without a word
//   ```conf in WORD   what stands in such a block: virtual_server, real_server, global_defs
//   ```keepalived     a keepalived.conf; loads, and may be warned of
//
// Any other code is none of lvsd's configuration, and may not look like it.

using namespace lvsd;
using lvsd::test::built;
using lvsd::test::output_of;

namespace {

struct Code {
  std::string place;  // "docs/api.md:12"
  std::string kind;   // what follows the ```; "indented" for what is
  std::string text;
};

struct Document {
  std::string path;
  std::string text;
  std::vector<Code> codes;
};

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Code> codes_of(const std::string& path, const std::string& text) {
  std::vector<Code> codes;
  std::istringstream lines(text);
  bool fenced = false;
  bool indented = false;
  bool blank_before = true;
  int number = 0;
  for (std::string line; std::getline(lines, line); ++number) {
    const std::string place = path + ":" + std::to_string(number + 1);
    const bool blank = line.empty();
    if (const auto fence = line.find("```");
        fence != line.npos && line.find_first_not_of(' ') == fence) {
      fenced = !fenced;
      if (fenced) codes.push_back({place, line.substr(fence + 3), {}});
      indented = false;
    } else if (fenced) {
      codes.back().text += line + "\n";
    } else if (line.starts_with("    ") && (indented || blank_before)) {
      if (!indented) codes.push_back({place, "indented", {}});
      indented = true;
      codes.back().text += line.substr(4) + "\n";
    } else if (!blank) {
      indented = false;
    }
    blank_before = blank;
  }
  return codes;
}

std::vector<Document> documents() {
  std::vector<Document> found;
  const auto take = [&](const std::filesystem::path& path) {
    const std::string name = path.lexically_relative(LVSD_SOURCE_DIR).string();
    const std::string text = content(path);
    found.push_back({name, text, codes_of(name, text)});
  };
  for (const auto& entry : std::filesystem::directory_iterator(LVSD_SOURCE_DIR))
    if (entry.path().extension() == ".md") take(entry.path());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LVSD_SOURCE_DIR "/docs"))
    if (entry.path().extension() == ".md") take(entry.path());
  REQUIRE(found.size() > 8);
  return found;
}

// A file around what stands in a block.
std::string around(const std::string& text, const std::string& block) {
  const std::string service = "virtual_server 203.0.113.1 80 {\n  protocol TCP\n";
  const std::string server = "  real_server 192.0.2.1 80 {\n";
  if (block == "global_defs") return "global_defs {\n" + text + "}\n";
  if (block == "virtual_server") return service + text + "}\n";
  if (block == "real_server") return service + server + text + "  }\n}\n";
  FAIL("no block " << block);
  return {};
}

Loaded loaded(const std::string& text, bool lenient) {
  const Files file{.read = [&](const std::string&) -> Result<std::string> { return text; },
                   .glob = [](const std::string&) -> Result<std::vector<std::string>> {
                     return std::vector<std::string>{};
                   },
                   .executable = {}};
  return load("lvsd.conf", file, {.lenient = lenient});
}

bool looks_like_configuration(const std::string& text) {
  static const std::regex opening(
      R"((^|\n) *(global_defs|virtual_server|real_server|backup_server|vrrp_)[^\n]*\{)");
  return std::regex_search(text, opening);
}

// What `lvsctl … --help` prints; empty where there is no such command.
const std::string& help_of(const std::string& command) {
  static std::map<std::string, std::string> known;
  auto [at, is_new] = known.try_emplace(command);
  if (is_new) {
    const std::string help =
        output_of(built("lvsctl/lvsctl") + (" " + command) + " --help 2>/dev/null");
    const std::string usage = "Usage: lvsctl" + (command.empty() ? "" : " " + command) + " [";
    if (help.find(usage) != help.npos) at->second = help;
  }
  return at->second;
}

bool has_subcommands(const std::string& command) {
  return help_of(command).find("\nSubcommands:") != std::string::npos;
}

bool has_option(const std::string& command, const std::string& option) {
  const std::regex listed("[ ,]" + option + "[ ,\n]");
  return std::regex_search(help_of(command), listed) || std::regex_search(help_of(""), listed);
}

// One of all commands that is followed by a word of its own: -o json.
bool takes_value(const std::string& option) {
  return std::regex_search(help_of(""), std::regex("[ ,]" + option + "[^ \n]* [A-Z]"));
}

// "[set|unset]" are two words, "[--limit" is one; what is no word of a command is none.
std::vector<std::string> alternatives(std::string word) {
  std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
  std::vector<std::string> all;
  std::istringstream words(word);
  for (std::string one; std::getline(words, one, '|');)
    if (one.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == one.npos) all.push_back(one);
  return all;
}

// The commands that `words` can be below each of `commands`.
std::vector<std::string> deeper(const std::vector<std::string>& commands,
                                const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const std::string& command : commands) {
    if (!has_subcommands(command)) continue;
    for (const std::string& word : words)
      found.push_back(command.empty() ? word : command + " " + word);
  }
  return found;
}

// What is wrong with a command line, the words after "lvsctl".
std::string mistakes(const std::string& line) {
  std::istringstream words(line);
  std::vector<std::string> commands{""};
  std::string wrong;
  for (std::string word; words >> word;) {
    const std::vector<std::string> meant = alternatives(word.substr(0, word.find('=')));
    if (!meant.empty() && meant.front().starts_with("-")) {
      for (const std::string& command : commands)
        if (!has_option(command, meant.front()))
          wrong += "no option " + meant.front() + " of lvsctl " + command + "\n";
      if (takes_value(meant.front())) words >> word;
      continue;
    }
    const std::vector<std::string> found = deeper(commands, meant);
    for (const std::string& command : found)
      if (help_of(command).empty()) wrong += "no command: lvsctl " + command + "\n";
    if (!found.empty()) commands = found;
  }
  return wrong;
}

// Every command line of lvsctl in a text of code: the words after it.
std::vector<std::string> command_lines(const std::string& code) {
  static const std::regex call(R"((^|[\s(/$])lvsctl((?: +[^\s`|;&)#>"']+(?:\|[^\s`]+\])?)+))");
  std::vector<std::string> lines;
  for (std::sregex_iterator at(code.begin(), code.end(), call), end; at != end; ++at)
    lines.push_back((*at)[2]);
  return lines;
}

// `code` within a line of prose.
std::vector<std::string> inline_codes(const std::string& text) {
  static const std::regex span("`([^`\n]+)`");
  std::vector<std::string> codes;
  for (std::sregex_iterator at(text.begin(), text.end(), span), end; at != end; ++at)
    codes.push_back((*at)[1]);
  return codes;
}

}  // namespace

TEST_CASE("every configuration in the documents loads") {
  int configurations = 0;
  for (const Document& document : documents()) {
    for (const Code& code : document.codes) {
      INFO(code.place);
      const bool ours = code.kind.starts_with("conf");
      if (!ours && code.kind != "keepalived") {
        CHECK_FALSE(looks_like_configuration(code.text));
        continue;
      }
      ++configurations;
      const bool part = code.kind.starts_with("conf in ");
      const Loaded result =
          loaded(part ? around(code.text, code.kind.substr(8)) : code.text, !ours);
      INFO(text(result.diagnostics));
      CHECK(result.config.has_value());
      if (ours) CHECK(result.diagnostics.empty());
      if (ours && !part && result.config) CHECK_FALSE(result.config->virtual_servers.empty());
    }
  }
  CHECK(configurations >= 3);
}

TEST_CASE("every command of lvsctl in the documents exists with its options") {
  std::size_t commands = 0;
  for (const Document& document : documents()) {
    std::vector<std::string> codes = inline_codes(document.text);
    for (const Code& code : document.codes)
      codes.push_back(code.text);
    for (const std::string& code : codes)
      for (const std::string& line : command_lines(code)) {
        ++commands;
        INFO(document.path);
        CHECK(mistakes(line) == "");
      }
  }
  CHECK(commands > 30);
}

TEST_CASE("every file that the documents name is there") {
  static const std::regex link(R"(\]\(([^)#: ]+)(#[^)]*)?\))");
  static const std::regex path("(docs|conf|packaging|test|lib|daemon|lvsctl)/[a-z0-9_./-]+[a-z]");
  for (const Document& document : documents()) {
    const std::filesystem::path folder = std::filesystem::path(document.path).parent_path();
    const std::filesystem::path top(LVSD_SOURCE_DIR);
    for (std::sregex_iterator at(document.text.begin(), document.text.end(), link), end; at != end;
         ++at) {
      INFO(document.path << " links to " << (*at)[1]);
      CHECK(std::filesystem::exists(top / folder / (*at)[1].str()));
    }
    for (const std::string& code : inline_codes(document.text)) {
      if (!std::regex_match(code, path)) continue;
      INFO(document.path << " names " << code);
      const bool header = code.find('.') == code.npos;
      CHECK((std::filesystem::exists(top / code) ||
             (header && (std::filesystem::exists(top / (code + ".h")) ||
                         std::filesystem::exists(top / (code + ".cpp"))))));
    }
  }
}

TEST_CASE("every command of dev in the documents exists") {
  static const std::regex call(R"(\./dev ([a-z]+))");
  const std::string help = output_of(LVSD_SOURCE_DIR "/dev help");
  for (const Document& document : documents())
    for (std::sregex_iterator at(document.text.begin(), document.text.end(), call), end; at != end;
         ++at) {
      INFO(document.path << ": ./dev " << (*at)[1]);
      CHECK(help.find("\n  " + (*at)[1].str() + " ") != help.npos);
    }
}
