#include "test/kernel/ipvsadm_rules.h"

#include <set>
#include <sstream>

#include "test/text/ipvsadm.h"

namespace lvsd::testing {

std::string sorted(const std::string& lines) {
  std::multiset<std::string> all;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);)
    all.insert(line.substr(0, line.find_last_not_of(' ') + 1));
  std::string out;
  for (const std::string& line : all)
    out += line + "\n";
  return out;
}

std::string ipvsadm_rules(const Table& table) {
  std::string out;
  for (const std::string& line : test::ipvsadm_lines(table))
    out += line + "\n";
  return out;
}

std::string thresholds(const Table& table) {
  std::string out;
  for (const auto& [key, service] : table)
    for (const auto& [destination, settings] : service.destinations)
      out += text(destination) + " " + std::to_string(settings.upper_threshold) + " " +
             std::to_string(settings.lower_threshold) + "\n";
  return sorted(out);
}

}  // namespace lvsd::testing
