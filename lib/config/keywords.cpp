#include "config/keywords.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "config/keyword_rows.h"
#include "config/scan.h"

namespace lvsd {

namespace {

constexpr std::array<std::string_view, block_count> block_names = {"",
                                                                   "global_defs",
                                                                   "virtual_server_group",
                                                                   "virtual_server",
                                                                   "real_server",
                                                                   "backup_server",
                                                                   "sorry_server",
                                                                   "TCP_CHECK",
                                                                   "HTTP_GET",
                                                                   "SSL_GET",
                                                                   "url",
                                                                   "SMTP_CHECK",
                                                                   "host",
                                                                   "DNS_CHECK",
                                                                   "UDP_CHECK",
                                                                   "PING_CHECK",
                                                                   "MISC_CHECK",
                                                                   "FILE_CHECK",
                                                                   "AGENT_CHECK",
                                                                   "BFD_CHECK",
                                                                   "SSL",
                                                                   "track_file",
                                                                   "tcp_keepalive",
                                                                   "ipvs_sysctl",
                                                                   "api",
                                                                   "log",
                                                                   "metrics",
                                                                   "notification_email",
                                                                   "bfd_instance",
                                                                   "vrrp_instance",
                                                                   "vrrp_sync_group",
                                                                   "vrrp_script",
                                                                   "vrrp_track_process",
                                                                   "authentication",
                                                                   "auth_hmac",
                                                                   "track_group",
                                                                   "garp_group",
                                                                   "list"};

}  // namespace

std::string_view text(Block block) {
  return block_names[static_cast<std::size_t>(block)];
}

namespace {

template <class Visit>
void each_spelling(const Keyword& keyword, const Visit& visit) {
  visit(keyword.name);
  each_word(keyword.aliases, visit);
  each_word(keyword.synonyms, visit);
}

std::vector<const Keyword*> all_rows() {
  std::vector<const Keyword*> rows;
  for (const auto& part :
       {root_rows(), global_rows(), process_rows(), watching_rows(), service_rows(), server_rows(),
        check_rows(), probe_rows(), probe_rows_ours(), http_rows(), inert_rows(), vrrp_rows()})
    for (const Keyword& row : part)
      rows.push_back(&row);
  return rows;
}

// A word by its length and its ends, which is all of it up to 16 bytes.
struct Fingerprint {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  std::size_t length = 0;

  explicit Fingerprint(std::string_view word) : length(word.size()) {
    if (word.empty()) return;
    const std::size_t n = std::min(length, sizeof head);
    std::memcpy(&head, word.data(), n);
    std::memcpy(&tail, word.data() + length - n, n);
  }
  bool operator==(const Fingerprint&) const = default;

  std::size_t hash(Block block) const {
    std::uint64_t h =
        (head ^ (length << 56) ^ static_cast<std::uint64_t>(block)) * 0x9e3779b97f4a7c15U;
    h = (h ^ tail) * 0xff51afd7ed558ccdU;
    return h ^ (h >> 32);
  }
};

// Open addressing over (block, word): a file of 5,000 servers asks half a million times.
class Index {
 public:
  Index() : rows_(all_rows()) {
    std::size_t entries = 0;
    each_entry([&](Block, std::string_view, const Keyword*) { ++entries; });
    std::size_t size = 64;
    while (size < entries * 3)
      size *= 2;
    slots_.resize(size);
    each_entry([&](Block block, std::string_view word, const Keyword* row) {
      const Fingerprint print(word);
      std::size_t at = print.hash(block) & (slots_.size() - 1);
      while (slots_[at].row != nullptr)
        at = (at + 1) & (slots_.size() - 1);
      slots_[at] = {print, word, block, row};
    });
  }

  const std::vector<const Keyword*>& rows() const { return rows_; }

  const Keyword* find(Block block, std::string_view word) const {
    const Fingerprint print(word);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = print.hash(block) & mask;; at = (at + 1) & mask) {
      const Slot& slot = slots_[at];
      if (slot.row == nullptr) return nullptr;
      const bool alike = slot.print == print && slot.block == block;
      if (alike && (word.size() <= 2 * sizeof print.head || slot.word == word)) return slot.row;
    }
  }

 private:
  struct Slot {
    Fingerprint print{{}};
    std::string_view word;
    Block block = Block::root;
    const Keyword* row = nullptr;
  };

  template <class Visit>
  void each_entry(const Visit& visit) const {
    for (const Keyword* row : rows_)
      for (std::size_t b = 0; b < block_count; ++b)
        if (const auto block = static_cast<Block>(b); row->blocks.has(block))
          each_spelling(*row, [&](std::string_view word) { visit(block, word, row); });
  }

  std::vector<const Keyword*> rows_;
  std::vector<Slot> slots_;
};

const Index& index() {
  static const Index instance;
  return instance;
}

}  // namespace

std::span<const Keyword* const> keywords() {
  return index().rows();
}

const Keyword* find_keyword(Block block, std::string_view word) {
  return index().find(block, word);
}

std::vector<const Keyword*> find_keywords(std::string_view word) {
  std::vector<const Keyword*> out;
  for (const Keyword* row : keywords()) {
    bool is_it = false;
    each_spelling(*row, [&](std::string_view spelling) { is_it = is_it || spelling == word; });
    if (is_it) out.push_back(row);
  }
  return out;
}

std::string blocks_of(std::string_view word) {
  constexpr std::size_t most_blocks_told = 3;
  std::size_t count = 0;
  std::string out;
  for (std::size_t b = 0; b < block_count; ++b) {
    const auto block = static_cast<Block>(b);
    if (find_keyword(block, word) == nullptr) continue;
    if (++count > most_blocks_told) return out + " and others";
    if (!out.empty()) out += ", ";
    out += block == Block::root ? "the top level" : quoted(text(block));
  }
  return out;
}

std::string_view nearest_keyword(Block block, std::string_view word) {
  std::string_view best;
  std::size_t least = forgiven_edits(word.size()) + 1;
  for (const Keyword* row : keywords()) {
    if (!row->blocks.has(block)) continue;
    each_spelling(*row, [&](std::string_view spelling) {
      const std::size_t needed = edits(word, spelling, least);
      if (needed >= least) return;
      least = needed;
      best = spelling;
    });
  }
  return best;
}

namespace {

std::string time_text(std::int64_t microseconds) {
  std::string out = std::to_string(microseconds / 1'000'000);
  if (const auto rest = microseconds % 1'000'000; rest != 0) {
    std::string digits = std::to_string(rest);
    digits.insert(0, 6 - digits.size(), '0');
    digits.erase(digits.find_last_not_of('0') + 1);
    out += "." + digits;
  }
  return out;
}

std::string choices_text(std::string_view choices) {
  std::string out(choices);
  for (std::size_t at = 0; (at = out.find(' ', at)) != out.npos; at += 2)
    out.replace(at, 1, ", ");
  if (const auto last = out.rfind(", "); last != out.npos) out.replace(last, 2, " or ");
  return out;
}

}  // namespace

std::string_view label(const Argument& argument) {
  if (!argument.label.empty()) return argument.label;
  switch (argument.kind) {
    case ArgumentKind::number:
      return "NUMBER";
    case ArgumentKind::time:
      return "SECONDS";
    case ArgumentKind::boolean:
      return "yes|no";
    case ArgumentKind::address:
      return "ADDRESS";
    case ArgumentKind::port:
      return "PORT";
    case ArgumentKind::choice:
      return argument.choices;
    case ArgumentKind::none:
    case ArgumentKind::word:
    case ArgumentKind::script:
    case ArgumentKind::pattern:
    case ArgumentKind::words:
      return "WORD";
  }
  return "WORD";
}

std::string usage(const Keyword& keyword) {
  std::string out(keyword.name);
  for (const Argument& argument : keyword.arguments) {
    if (argument.kind == ArgumentKind::none) break;
    std::string word(label(argument));
    if (argument.kind == ArgumentKind::choice && argument.label.empty())
      std::replace(word.begin(), word.end(), ' ', '|');
    out += argument.optional ? " [" + word + "]" : " " + word;
  }
  if (keyword.opens == Opens::block) out += " { … }";
  if (keyword.opens == Opens::maybe) out += " [{ … }]";
  return out;
}

std::string text(const Argument& argument) {
  switch (argument.kind) {
    case ArgumentKind::number:
      return "a number from " + std::to_string(argument.least) + " to " +
             std::to_string(argument.most);
    case ArgumentKind::port:
      return "a port from 1 to 65535";
    case ArgumentKind::time:
      return "a time from " + time_text(argument.least) + " to " + time_text(argument.most) +
             " seconds";
    case ArgumentKind::boolean:
      return "yes or no";
    case ArgumentKind::address:
      return "an IP address";
    case ArgumentKind::choice:
      return choices_text(argument.choices);
    case ArgumentKind::none:
    case ArgumentKind::word:
    case ArgumentKind::script:
    case ArgumentKind::pattern:
    case ArgumentKind::words:
      return std::string(label(argument));
  }
  return "?";
}

}  // namespace lvsd
