#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

// Which words may come next on a command line that is being typed.

namespace lvsd::ctl {

// Where names come from.
struct Names {
  std::function<std::vector<std::string>()> services;
  // Of which "web/web01" may become one that begins with `current`; where there are too many to
  // look through, "web/" stands for those of web.
  std::function<std::vector<std::string>(const std::string& current)> servers;
  std::function<std::vector<std::string>()> generations;  // of configurations that are kept
};

// What stands for "any file" among the words.
inline constexpr const char* any_file = ":files";

// Those that `words.back()`, which may be empty, is the beginning of. `words` are without the
// program's name.
std::vector<std::string> next_words(const CLI::App& app, const std::vector<std::string>& words,
                                    const Names& names);

}  // namespace lvsd::ctl
