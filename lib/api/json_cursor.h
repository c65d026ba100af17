#pragma once

// JSON text that is walked from front to back, without a tree of it: json_reader asks what comes
// next and takes it or skips it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lvsd::api {

enum class JsonKind : std::uint8_t { none, text, number, truth, null, object, list };

// A place in a text: copies walk on by themselves. At the first thing that is not JSON (RFC 8259)
// it breaks: from then on nothing comes any more.
// REQUIRES: the text outlives it.
class JsonCursor {
 public:
  JsonCursor() = default;
  // `depth`: how deep lists and objects may stand in each other; deeper ones break it.
  JsonCursor(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}

  // Of the value that comes next; none: it is broken, or nothing comes.
  JsonKind kind();

  // Of the value that comes next, which is taken. REQUIRES: it is of that kind.
  std::string take_text();
  std::string_view take_literal();  // a number, true, false or null, as it is spelled
  void skip();

  // Into the object or list that comes next, then from member to member or item to item, each of
  // which is taken or skipped in between. False: there is no other one, and the end is passed.
  void enter();
  bool next_member(std::string& key);
  bool next_item();

  std::size_t rest() const { return text_.size() - at_; }  // bytes
  bool is_broken() const { return broken_; }
  // Whether nothing follows but blanks.
  bool is_over();
  // What is wrong where it broke.
  std::string fault() const;

 private:
  bool next(char closing);
  void skip_blanks();
  bool skip_text();
  bool skip_escape();
  bool fail();

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t level_ = 0;
  bool is_first_ = false;  // no member or item of this object or list was passed yet
  bool broken_ = false;
};

}  // namespace lvsd::api
