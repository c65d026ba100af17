#include "lvsctl/target.h"

#include <fmt/format.h>

#include <chrono>

#include "lvsctl/units.h"

namespace lvsd::ctl {

void add_target(CLI::App& command, std::string& target) {
  command.add_option("SERVER", target, "SERVICE/SERVER, as of servers")
      ->required()
      ->option_text(" ");
}

boost::system::result<api::Words, Output> server_words(const std::string& target) {
  const auto slash = target.find('/');
  if (slash == target.npos || slash == 0 || slash + 1 == target.size())
    return failed({Exit::usage, fmt::format("'{}' is not SERVICE/SERVER", target)});
  return api::Words{{"service", target.substr(0, slash)}, {"server", target.substr(slash + 1)}};
}

std::string check_duration(const std::string& word) {
  return parse_duration(word) ? "" : "'" + word + "' is not a time such as 30s, 15m or 2h";
}

std::string seconds_text(const std::string& word) {
  const auto time = *parse_duration(word);
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(time).count());
}

}  // namespace lvsd::ctl
