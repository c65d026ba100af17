#include "api/json_parser.h"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "api/json_listener.h"

namespace lvsd::api {

namespace {

using boost::system::error_code;

// Builds what the parser finds: the items of the lists that are taken on a stack of their own, in
// memory that each of them uses anew. The names are the parser's (basic_parser.hpp).
class Trees : public JsonListener {
 public:
  explicit Trees(std::span<const TakenList> lists) : lists_(lists) {
    whole_.reset();
    begin_item();
  }
  boost::json::value whole() { return whole_.release(); }

  bool on_object_begin(error_code&) { return open(); }
  bool on_object_end(std::size_t members, error_code&) {
    --depth_;
    stack().push_object(members);
    return end_value();
  }
  bool on_array_begin(error_code&) {
    if (depth_ == 1) list_ = named_;
    return open();
  }
  bool on_array_end(std::size_t items, error_code&) {
    --depth_;
    const bool is_taken = list_ != nullptr && depth_ == 1;
    if (is_taken) list_ = nullptr;
    stack().push_array(is_taken ? 0 : items);
    return end_value();
  }
  bool on_key_part(Part part, std::size_t, error_code&) { return chars(part); }
  bool on_key(Part part, std::size_t size, error_code&) {
    if (depth_ == 1) named_ = part.size() == size ? list_of({part.data(), part.size()}) : nullptr;
    stack().push_key(part);
    return true;
  }
  bool on_string_part(Part part, std::size_t, error_code&) { return chars(part); }
  bool on_string(Part part, std::size_t, error_code&) {
    stack().push_string(part);
    return end_value();
  }
  bool on_number_part(Part, error_code&) { return true; }
  bool on_int64(std::int64_t value, Part, error_code&) {
    stack().push_int64(value);
    return end_value();
  }
  bool on_uint64(std::uint64_t value, Part, error_code&) {
    stack().push_uint64(value);
    return end_value();
  }
  bool on_double(double value, Part, error_code&) {
    stack().push_double(value);
    return end_value();
  }
  bool on_bool(bool value, error_code&) {
    stack().push_bool(value);
    return end_value();
  }
  bool on_null(error_code&) {
    stack().push_null();
    return end_value();
  }

 private:
  const TakenList* list_of(std::string_view name) const {
    const auto found = std::find_if(lists_.begin(), lists_.end(),
                                    [name](const TakenList& list) { return list.name == name; });
    return found == lists_.end() ? nullptr : &*found;
  }
  bool is_in_item() const { return list_ != nullptr && depth_ >= 2; }
  boost::json::value_stack& stack() { return is_in_item() ? item_ : whole_; }
  bool open() {
    ++depth_;
    return true;
  }
  bool chars(Part part) {
    stack().push_chars(part);
    return true;
  }
  bool end_value() {
    if (list_ == nullptr || depth_ != 2) return true;
    list_->take(item_.release());
    begin_item();
    return true;
  }
  // Made anew: one that is released asks for more with every item that is larger than its own.
  void begin_item() { item_.reset(&item_memory_.emplace(room_.data(), room_.size())); }

  std::span<const TakenList> lists_;
  boost::json::value_stack whole_;
  std::array<unsigned char, 8192> room_{};
  std::optional<boost::json::monotonic_resource> item_memory_;
  boost::json::value_stack item_;
  std::size_t depth_ = 0;             // lists and objects that are open
  const TakenList* named_ = nullptr;  // whose name was read last
  const TakenList* list_ = nullptr;   // that is being read
};

}  // namespace

boost::json::parse_options parse_options(const JsonLimits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  return options;
}

Error too_long(const JsonLimits& limits) {
  return Error{{}, "longer than " + std::to_string(limits.bytes) + " bytes"};
}

Error parse_failure(const error_code& error, const JsonLimits& limits) {
  if (error == boost::json::error::too_deep)
    return Error{{}, "nested deeper than " + std::to_string(limits.depth) + " levels"};
  return Error{{}, error.message()};
}

Result<boost::json::object> parsed_object(std::string_view body, const JsonLimits& limits,
                                          std::span<const TakenList> lists) {
  if (body.size() > limits.bytes) return too_long(limits);
  boost::json::basic_parser<Trees> parser(parse_options(limits), lists);
  error_code error;
  const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
  if (error) return parse_failure(error, limits);
  if (used != body.size()) return Error{{}, "something follows the JSON"};
  boost::json::value whole = parser.handler().whole();
  if (!whole.is_object()) return Error{{}, "not a JSON object"};
  return std::move(whole.get_object());
}

}  // namespace lvsd::api
