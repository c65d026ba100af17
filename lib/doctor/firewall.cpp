#include "doctor/firewall.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>

#include "base/parse_number.h"

namespace lvsd::doctor {
namespace {

using Words = std::vector<std::string>;

// Braces and commas of sets stand apart.
Words words_of(const std::string& line) {
  std::string spaced;
  for (const char c : line)
    spaced +=
        c == '{' || c == '}' || c == ',' || c == ';' ? std::string{' ', c, ' '} : std::string(1, c);
  std::istringstream stream(spaced);
  Words out;
  for (std::string word; stream >> word;)
    out.push_back(word);
  return out;
}

bool has(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string after(const Words& words, std::string_view word) {
  const auto found = std::find(words.begin(), words.end(), word);
  return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

// "0x0000000a", "10", "0xa/0xffffffff".
std::optional<std::uint32_t> mark_of(std::string_view text) {
  text = text.substr(0, text.find('/'));
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  std::uint32_t out = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

void take_mark(const std::string& word, Firewall& firewall) {
  if (const auto mark = mark_of(word))
    firewall.marks.insert(*mark);
  else
    firewall.other_marks = true;
}

// What stands behind a word: one, or a set in braces.
void take_values(const Words& words, std::string_view word, Firewall& firewall) {
  for (auto at = std::find(words.begin(), words.end(), word); at != words.end();
       at = std::find(at, words.end(), word)) {
    ++at;
    const bool is_set = at != words.end() && *at == "{";
    for (is_set ? ++at : at; at != words.end() && *at != "}"; ++at) {
      if (*at == "!=" || at->starts_with('@')) firewall.other_accepts = true;
      if (*at != ",") firewall.accepted.insert(*at);
      if (!is_set) break;
    }
  }
}

// Rules that let in what this host began, or itself talks with, or ping.
bool is_of_no_service(const Words& words) {
  for (const char* word : {"state", "--state", "--ctstate", "lo", "\"lo\"", "icmp", "icmpv6",
                           "ipv6-icmp", "icmpv6-type", "igmp"})
    if (has(words, word)) return true;
  return false;
}

void take_accepting(const Words& words, std::initializer_list<std::string_view> matches,
                    Firewall& firewall) {
  bool names_any = false;
  for (const std::string_view match : matches) {
    names_any = names_any || has(words, match);
    take_values(words, match, firewall);
  }
  if (!names_any && !is_of_no_service(words)) firewall.other_accepts = true;
}

}  // namespace

void read_nft(std::string_view text, Firewall& firewall) {
  std::istringstream lines{std::string(text)};
  std::string table;
  std::string chain;
  bool may_be_input = false;
  for (std::string line; std::getline(lines, line);) {
    const Words words = words_of(line);
    if (words.empty()) continue;
    if (words[0] == "table" && words.size() > 2) table = words[1] + " " + words[2];
    if (words[0] == "chain" && words.size() > 1) {
      chain = words[1];
      may_be_input = true;  // called from one, for all that is known
    } else if (words[0] == "type" && has(words, "hook")) {
      may_be_input = after(words, "hook") == "input";
      if (may_be_input && after(words, "policy") == "drop")
        firewall.dropping.emplace_back(table).append(" ").append(chain);
    } else {
      if (has(words, "masquerade") || has(words, "snat")) firewall.rewrites_sources = true;
      if (has(words, "mark") && has(words, "set")) take_mark(after(words, "set"), firewall);
      if (has(words, "xt")) firewall.other_marks = firewall.other_accepts = true;
      if (may_be_input && has(words, "accept"))
        take_accepting(words, {"dport", "daddr", "vmap"}, firewall);
    }
  }
}

void read_iptables(std::string_view text, Firewall& firewall) {
  std::istringstream lines{std::string(text)};
  std::string table;
  for (std::string line; std::getline(lines, line);) {
    const Words words = words_of(line);
    if (words.empty()) continue;
    if (words[0].starts_with('*')) table = words[0].substr(1);
    if (words[0] == ":INPUT" && words.size() > 1 && words[1] == "DROP")
      firewall.dropping.push_back(table + " INPUT");
    if (words[0] != "-A" || words.size() < 2) continue;
    const std::string target = after(words, "-j");
    if (target == "MASQUERADE" || target == "SNAT") firewall.rewrites_sources = true;
    if (target == "MARK")
      take_mark(after(words, has(words, "--set-xmark") ? "--set-xmark" : "--set-mark"), firewall);
    if (target == "CONNMARK" && has(words, "--restore-mark")) firewall.other_marks = true;
    if (target == "ACCEPT" && table == "filter" && words[1] != "FORWARD" && words[1] != "OUTPUT") {
      take_accepting(words, {"--dport", "--dports", "-d", "--match-set"}, firewall);
      for (auto at = std::find(words.begin(), words.end(), "--dports"); at != words.end(); ++at)
        if (at->find_first_not_of("0123456789:") == at->npos) firewall.accepted.insert(*at);
    }
  }
}

bool accepts_port(const Firewall& firewall, std::uint16_t port) {
  for (const std::string& one : firewall.accepted) {
    const auto separator = one.find_first_of("-:");
    const auto first = parse_number<std::uint16_t>(std::string_view(one).substr(0, separator));
    const auto last =
        separator == one.npos
            ? first
            : parse_number<std::uint16_t>(std::string_view(one).substr(separator + 1));
    if (first && last && *first <= port && port <= *last) return true;
  }
  return false;
}

}  // namespace lvsd::doctor
