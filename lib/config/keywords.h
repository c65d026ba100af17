#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lvsd {

// Every keyword of the language, one row each. The parser, its messages, `lvsctl explain`, the
// keyword sections of lvsd.conf(5), completion and the machine-readable list all come from here.

class Compiler;
class Arguments;
struct Statement;
struct Subject;

// Where a keyword may stand.
enum class Block : std::uint8_t {
  root,
  global_defs,
  virtual_server_group,
  virtual_server,
  real_server,
  backup_server,
  sorry_server,
  tcp_check,
  http_get,
  ssl_get,
  url,
  smtp_check,
  smtp_host,
  dns_check,
  udp_check,
  ping_check,
  misc_check,
  file_check,
  agent_check,
  bfd_check,
  tls_client,
  track_file,
  tcp_keepalive,
  sysctls,
  api,
  log,
  metrics,
  mail_addresses,
  // What lvsd knows and does not act on.
  bfd_instance,
  vrrp_instance,
  vrrp_sync_group,
  vrrp_script,
  vrrp_track_process,
  authentication,
  auth_hmac,
  track_group,
  garp_group,
  list,  // lines that are not looked into
};
inline constexpr std::size_t block_count = static_cast<std::size_t>(Block::list) + 1;

// "virtual_server": the keyword that opens it; "" for the root.
std::string_view text(Block block);

class Blocks {
 public:
  constexpr Blocks() = default;
  template <class... More>
  constexpr Blocks(Block first, More... more) {  // NOLINT: a block is a set of one
    add(first);
    (add(more), ...);
  }
  constexpr bool has(Block block) const {
    const auto bit = static_cast<std::size_t>(block);
    return ((bits_[bit / 64] >> (bit % 64)) & 1U) != 0;
  }
  constexpr Blocks operator|(Blocks other) const {
    other.bits_[0] |= bits_[0];
    other.bits_[1] |= bits_[1];
    return other;
  }

 private:
  constexpr void add(Block block) {
    const auto bit = static_cast<std::size_t>(block);
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
  }
  std::uint64_t bits_[2] = {0, 0};
};

enum class ArgumentKind : std::uint8_t {
  none,
  word,     // any
  number,   // decimal, from `least` to `most`
  time,     // seconds with fraction, or with a unit ms s m h d; bounds in microseconds
  boolean,  // on true yes / off false no
  address,  // IPv4 or IPv6, numeric
  port,     // 1..65535; 0 where `least` says so
  choice,   // one of `choices`
  script,   // a program with arguments in quotes, then perhaps a user and a group
  pattern,  // one word in rich quoting
  words,    // the rest of the line, checked by the keyword itself
};

struct Argument {
  ArgumentKind kind = ArgumentKind::none;
  std::string_view label;  // "SECONDS", for usage lines
  bool optional = false;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view choices;  // "rr wrr lc"
  bool any_case = false;     // of a choice
};

enum class Effect : std::uint8_t {
  acted,     // has its effect
  inert,     // known and checked, but lvsd does not act on it
  obsolete,  // has no effect in keepalived either
};

enum class Opens : std::uint8_t { nothing, block, maybe };  // maybe: the block may be left out

struct Keyword {
  std::string_view name;
  std::string_view aliases;   // old spellings, separated by blanks
  std::string_view synonyms;  // other words that are as good, separated by blanks
  Blocks blocks;
  Argument arguments[3];
  std::string_view fallback;  // in words, what holds without it; empty: nothing
  std::string_view help;      // one line
  Opens opens = Opens::nothing;
  Block block = Block::root;  // that it opens
  Effect effect = Effect::acted;
  bool ours = false;                 // not known to keepalived
  bool inherited = false;            // what is not said in a block is taken from those around it
  std::string_view says;             // the keyword whose value it sets, if it is another
  bool excess_ignored = false;       // keepalived sets the flag whatever follows it
  bool script_user = true;           // a user and a group may follow the script
  std::string_view since = "0.1.0";  // of lvsd

  // Takes a statement's arguments into what is being read; of a block: its header's.
  void (*apply)(Compiler&, const Arguments&) = nullptr;
  // At the end of the block it opens.
  void (*finish)(Compiler&) = nullptr;
  // Takes a line of a block that holds lines instead of keywords.
  void (*line)(Compiler&, const Statement&) = nullptr;
  // The arguments that say what `subject` has; nothing: it has nothing to say of this.
  std::optional<std::string> (*show)(const Subject& subject) = nullptr;
  // Instead of `show` where each statement adds a value: the arguments of each.
  std::vector<std::string> (*show_each)(const Subject& subject) = nullptr;
};

std::span<const Keyword* const> keywords();

// By name or alias; null: not a keyword there.
const Keyword* find_keyword(Block block, std::string_view word);
// In any block.
std::vector<const Keyword*> find_keywords(std::string_view word);
// "'url', 'HTTP_GET'": where a keyword may stand.
std::string blocks_of(std::string_view word);
// What `word` was probably meant to be in the block; empty: no idea.
std::string_view nearest_keyword(Block block, std::string_view word);

// "weight NUMBER", "real_server ADDRESS [PORT] { … }".
std::string usage(const Keyword& keyword);
// "SECONDS": the argument in a usage line; of a choice without a name, the words to choose from.
std::string_view label(const Argument& argument);
// "a number from 0 to 65535".
std::string text(const Argument& argument);

}  // namespace lvsd
