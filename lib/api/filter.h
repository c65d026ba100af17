#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pattern.h"

// Which items of a list are meant: `?filter=` of the API and `--filter` of lvsctl.
//
//     state!=ACTIVE && service~"^web"
//     !(role=backup || weight.wanted>=10) ; health.last = null
//
// A field is named as in JSON, with dots between levels. `=` (or `==`) and `!=` compare, numbers as
// numbers; `<`, `<=`, `>` and `>=` compare numbers only; `~` and `!~` search a regular expression
// (RE2). What is absent is `null`; of a list one element is enough. `&&` binds closer than `||`,
// `!` closest. Values are words or stand in double quotes, where \ takes the next character as it
// is.

namespace lvsd::api {

// The value of a field as text: none where it is null, several of a list. Nothing: there is no such
// field.
using FieldTexts = std::optional<std::vector<std::string>>;
using FieldLookup = std::function<FieldTexts(std::string_view path)>;

class Filter {
 public:
  static constexpr std::size_t max_length = 4096;
  static constexpr std::size_t max_depth = 32;

  // Or what is wrong with it, where: "column 7: a value is missing".
  static boost::system::result<Filter, std::string> parse(std::string_view text);

  // The first field of it that `lookup` does not know.
  std::optional<std::string> unknown_field(const FieldLookup& lookup) const;

  bool holds(const FieldLookup& lookup) const;

 private:
  friend class FilterParser;
  enum class Compare : std::uint8_t { equal, less, less_or_equal, more, more_or_equal, matches };
  struct Term {
    std::string field;
    Compare compare = Compare::equal;
    bool negated = false;
    std::string value;
    std::shared_ptr<const Pattern> pattern;  // of `matches`
  };
  // A term, or all or any of `parts`.
  struct Node {
    enum class Kind : std::uint8_t { term, all, any } kind = Kind::term;
    bool negated = false;
    Term term = {};
    std::vector<Node> parts = {};
  };
  static bool holds(const Term& term, const FieldLookup& lookup);
  static bool holds(const Node& node, const FieldLookup& lookup);
  static std::optional<std::string> unknown_field(const Node& node, const FieldLookup& lookup);

  Node root_;
};

// The lookup in a view that can stand in a list: of ServiceView, ServerView, OverrideView,
// ServiceStatsView, DriftEntryView, EventView or ConnectionView. The view outlives it.
template <class View>
FieldLookup fields_of(const View& view);

// A filter of fields that the view has, or what is wrong with it.
template <class View>
boost::system::result<Filter, std::string> filter_of(std::string_view text);

// Leaves those that the filter is about; or what is wrong with the filter. An empty text is none.
template <class View>
std::optional<std::string> filter(std::vector<View>& views, std::string_view text);

}  // namespace lvsd::api
