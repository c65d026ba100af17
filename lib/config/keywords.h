#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lvsd {

// Every keyword of the language, one row each. The parser, its messages, `lvsctl explain`, the
// keyword sections of lvsd.conf(5), completion and the machine-readable list all come from here.

class Compiler;
class Arguments;

// Where a keyword may stand.
enum class Block : std::uint8_t {
  root,
  global_defs,
  virtual_server,
  real_server,
  sorry_server,
  tcp_check,
};
inline constexpr std::size_t block_count = static_cast<std::size_t>(Block::tcp_check) + 1;

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

struct Keyword {
  std::string_view name;
  std::string_view aliases;  // other spellings, separated by blanks
  Blocks blocks;
  Argument arguments[3];
  std::string_view fallback;  // in words, what holds without it; empty: nothing
  std::string_view help;      // one line
  bool opens_block = false;
  Block opens = Block::root;
  bool ours = false;                                     // not known to keepalived
  std::string_view since = "0.1.0";                      // of lvsd
  void (*apply)(Compiler&, const Arguments&) = nullptr;  // null: known, not acted on
  void (*finish)(Compiler&) = nullptr;                   // at the end of the block it opens
};

std::span<const Keyword* const> keywords();

// By name or alias; null: not a keyword there.
const Keyword* find_keyword(Block block, std::string_view word);
// In any block.
std::vector<const Keyword*> find_keywords(std::string_view word);
// What `word` was probably meant to be in the block; empty: no idea.
std::string_view nearest_keyword(Block block, std::string_view word);

// "weight NUMBER", "real_server ADDRESS [PORT] { … }".
std::string usage(const Keyword& keyword);
// "a number from 0 to 65535".
std::string text(const Argument& argument);

}  // namespace lvsd
