#include "config/keyword_rows.h"

namespace lvsd::rows {

std::string spelled(Duration value) {
  const auto microseconds = value.count();
  std::string out = std::to_string(microseconds / 1'000'000);
  if (const auto rest = microseconds % 1'000'000; rest != 0) {
    std::string digits = std::to_string(rest);
    digits.insert(0, 6 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    out += "." + digits;
  }
  return out;
}

std::string spelled(const Script& script) {
  std::string words;
  for (const std::string& word : script.argv)
    words += (words.empty() ? "" : " ") + rich_word(word, '\'');
  std::string out = "\"" + words + "\"";
  if (!script.user.empty()) out += " " + plain_word(script.user);
  if (!script.group.empty()) out += " " + plain_word(script.group);
  return out;
}

std::string spelled(const Endpoint& endpoint) {
  const std::string address = text(endpoint.address);
  return endpoint.port == 0 ? address : address + " " + std::to_string(endpoint.port);
}

std::optional<std::string> spelled_word(const std::string& word) {
  if (word.empty()) return std::nullopt;
  return plain_word(word);
}

std::optional<std::string> spelled_script(const Script& script) {
  if (script.empty()) return std::nullopt;
  return spelled(script);
}

}  // namespace lvsd::rows
