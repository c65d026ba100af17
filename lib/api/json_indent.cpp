#include "api/json_indent.h"

#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <utility>

#include "api/json_listener.h"
#include "api/json_parser.h"
#include "api/json_text.h"

namespace lvsd::api {

namespace {

using boost::system::error_code;

// Writes what the parser finds; the names are the parser's (basic_parser.hpp).
class Lines : public JsonListener {
 public:
  std::string out;

  bool on_object_begin(error_code&) { return open('{'); }
  bool on_object_end(std::size_t members, error_code&) { return close('}', members); }
  bool on_array_begin(error_code&) { return open('['); }
  bool on_array_end(std::size_t items, error_code&) { return close(']', items); }
  bool on_key_part(Part part, std::size_t, error_code&) { return keep(part); }
  bool on_key(Part part, std::size_t, error_code&) {
    begin_value();
    append_kept_text(part);
    out += ": ";
    behind_key_ = true;
    return true;
  }
  bool on_string_part(Part part, std::size_t, error_code&) { return keep(part); }
  bool on_string(Part part, std::size_t, error_code&) {
    begin_value();
    append_kept_text(part);
    return true;
  }
  bool on_number_part(Part part, error_code&) { return keep(part); }
  bool on_int64(std::int64_t, Part part, error_code&) { return number(part); }
  bool on_uint64(std::uint64_t, Part part, error_code&) { return number(part); }
  bool on_double(double, Part part, error_code&) { return number(part); }
  bool on_bool(bool value, error_code&) { return word(value ? "true" : "false"); }
  bool on_null(error_code&) { return word("null"); }

 private:
  // An empty list or object stays on its line.
  bool open(char bracket) {
    begin_value();
    out += bracket;
    ++level_;
    first_ = true;
    return true;
  }
  bool close(char bracket, std::size_t content) {
    --level_;
    if (content != 0) new_line();
    out += bracket;
    first_ = false;
    return true;
  }
  bool keep(Part part) {
    kept_.append(part.data(), part.size());
    return true;
  }
  // As it is spelled.
  bool number(Part part) {
    keep(part);
    return word(std::exchange(kept_, {}));
  }
  bool word(std::string_view text) {
    begin_value();
    out += text;
    return true;
  }
  // A key or a value comes.
  void begin_value() {
    if (!std::exchange(behind_key_, false) && level_ != 0) {
      if (!first_) out += ',';
      new_line();
    }
    first_ = false;
  }
  void append_kept_text(Part part) {
    if (kept_.empty()) return append_text(out, {part.data(), part.size()});
    keep(part);
    append_text(out, std::exchange(kept_, {}));
  }
  void new_line() {
    out += '\n';
    out.append(2 * level_, ' ');
  }

  std::string kept_;  // of a text or a number that is not whole yet
  std::size_t level_ = 0;
  bool first_ = true;  // nothing is in this list or object yet
  bool behind_key_ = false;
};

}  // namespace

class Indenter::Parser : public boost::json::basic_parser<Lines> {
 public:
  using basic_parser::basic_parser;
};

Indenter::Indenter(const JsonLimits& limits)
    : limits_(limits), parser_(std::make_unique<Parser>(parse_options(limits))) {}

Indenter::~Indenter() = default;

bool Indenter::take(std::string_view piece, std::string& out) {
  taken_ += piece.size();
  if (taken_ > limits_.bytes) return fail(too_long(limits_));
  error_code error;
  const std::size_t used = parser_->write_some(true, piece.data(), piece.size(), error);
  out += std::exchange(parser_->handler().out, {});
  if (error) return fail(parse_failure(error, limits_));
  return used == piece.size() || fail(Error{{}, "something follows"});
}

bool Indenter::finish(std::string& out) {
  error_code error;
  parser_->write_some(false, nullptr, 0, error);
  out += std::exchange(parser_->handler().out, {});
  return !error || fail(parse_failure(error, limits_));
}

bool Indenter::fail(Error error) {
  error_ = std::move(error);
  return false;
}

Result<std::string> indented(std::string_view body, const JsonLimits& limits) {
  Indenter indenter(limits);
  std::string out;
  out.reserve(body.size() * 3 / 2);
  if (!indenter.take(body, out) || !indenter.finish(out)) return indenter.error();
  return out;
}

}  // namespace lvsd::api
