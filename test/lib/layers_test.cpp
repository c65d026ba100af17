#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

// The arrows of test/layers.txt against every #include "…" of the sources.

namespace {

using Arrows = std::map<std::string, std::set<std::string>>;

Arrows parse_arrows(std::istream& table) {
  Arrows arrows;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string folder;
    std::string arrow;
    if (!(words >> folder >> arrow)) continue;
    arrows[folder].insert(folder);
    for (std::string included; words >> included;)
      arrows[folder].insert(included);
  }
  return arrows;
}

// What the text of a file in `folder` includes against the arrows, one line each.
std::vector<std::string> violations(const Arrows& arrows, const std::string& folder,
                                    std::istream& file) {
  const auto allowed = arrows.find(folder);
  if (allowed == arrows.end()) return {"the folder " + folder + " is not in the table"};
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string directive;
    std::string name;
    words >> directive >> name;
    if (directive != "#include" || name.front() != '"') continue;
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos)
      found.push_back(name + " does not name its folder");
    else if (!allowed->second.contains(name.substr(1, slash - 1)) &&
             !allowed->second.contains(name.substr(1, name.rfind('"') - 1)))
      found.push_back(folder + " includes " + name);
  }
  return found;
}

std::vector<std::string> violations(const std::string& table, const std::string& folder,
                                    const std::string& text) {
  std::istringstream lines(table);
  std::istringstream file(text);
  return violations(parse_arrows(lines), folder, file);
}

}  // namespace

TEST_CASE("an include against the arrows is named") {
  const std::string table = "# comment\nbase ->\nplan -> base # why\n";
  CHECK(violations(table, "plan", "#include \"base/a.h\"\n#include \"plan/b.h\"\n").empty());
  CHECK(violations(table, "plan", "#include <daemon/c.h>\n// #include \"daemon/c.h\"\n").empty());
  CHECK(violations(table, "base", "#include  \"plan/b.h\"") ==
        std::vector<std::string>{"base includes \"plan/b.h\""});
  CHECK(violations(table, "plan", "#include \"b.h\"") ==
        std::vector<std::string>{"\"b.h\" does not name its folder"});
  CHECK(violations(table, "plan", "#include \"../daemon/c.h\"").size() == 1);
  CHECK(violations(table, "util", "").size() == 1);

  const std::string exception = "ctl -> base daemon/a.h\n";
  CHECK(violations(exception, "ctl", "#include \"daemon/a.h\"\n#include \"base/b.h\"").empty());
  CHECK(violations(exception, "ctl", "#include \"daemon/b.h\"") ==
        std::vector<std::string>{"ctl includes \"daemon/b.h\""});
}

TEST_CASE("nothing includes what the layers forbid") {
  const std::filesystem::path root = LVSD_SOURCE_DIR;
  std::ifstream table(root / "test/layers.txt");
  const Arrows arrows = parse_arrows(table);
  REQUIRE(arrows.contains("base"));
  int files = 0;
  for (const char* top : {"lib", "daemon", "lvsctl"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      const std::string relative = entry.path().lexically_relative(root).string();
      // lib/plan/diff.cpp is in "plan", daemon/main.cpp in "daemon".
      const auto inside = top == std::string("lib") ? entry.path().lexically_relative(root / "lib")
                                                    : entry.path().lexically_relative(root);
      std::ifstream file(entry.path());
      for (const std::string& found : violations(arrows, *inside.begin(), file))
        FAIL_CHECK(relative << ": " << found);
      ++files;
    }
  }
  CHECK(files > 20);
}
