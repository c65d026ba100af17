#include <algorithm>
#include <charconv>

#include "api/all_fields.h"
#include "api/filter.h"

// The fields of views by their names in JSON, as text.

namespace lvsd::api {
namespace {

std::string number_text(auto value) {
  char buffer[32];
  return {buffer, std::to_chars(std::begin(buffer), std::end(buffer), value).ptr};
}

// Finds the field whose name begins the path, and goes on in it with the rest.
class Finder {
 public:
  explicit Finder(std::string_view path)
      : name_(path.substr(0, path.find('.'))),
        rest_(name_.size() == path.size() ? std::string_view() : path.substr(name_.size() + 1)) {}

  template <class T>
  void operator()(std::string_view name, const T& value) {
    if (name == name_) take(value);
  }
  void flat(const ServiceKey& key) {
    KeyFields fields{.family = key.family};
    if (key.fwmark != 0) {
      fields.fwmark = key.fwmark;
    } else {
      fields.protocol = key.protocol;
      fields.address = key.address;
      fields.port = key.port;
    }
    Fields<KeyFields>::visit(fields, *this);
  }

  FieldTexts found;

 private:
  void take(const std::string& value) { leaf(value); }
  void take(bool value) { leaf(value ? "true" : "false"); }
  void take(WholeNumber auto value) { leaf(number_text(value)); }
  void take(double value) { leaf(number_text(value)); }
  void take(const Moment& value) { leaf(text(value)); }
  void take(Protocol value) { leaf(std::string(text(value))); }
  void take(Family value) { leaf(value == Family::v6 ? "ipv6" : "ipv4"); }
  void take(const Address& value) { leaf(text(value)); }
  void take(const ServiceKey& value) { leaf(id(value)); }

  template <class T>
  void take(const std::optional<T>& value) {
    take(value ? *value : T());
    if (!value && found) found->clear();
  }
  template <class T>
  void take(const std::vector<T>& values) {
    FieldTexts all;
    const T none{};
    take(none);  // whether there is such a field, even of an empty list
    if (found) all.emplace();
    for (const T& value : values) {
      found.reset();
      take(value);
      if (all && found) all->insert(all->end(), found->begin(), found->end());
    }
    found = std::move(all);
  }
  template <Described T>
  void take(const T& value) {
    if (rest_.empty()) {
      found.emplace();
      found->push_back("object");
      return;
    }
    Finder inner(rest_);
    Fields<T>::visit(value, inner);
    found = std::move(inner.found);
  }
  void leaf(std::string value) {
    if (rest_.empty()) found = std::vector<std::string>{std::move(value)};
  }

  const std::string_view name_;
  const std::string_view rest_;
};

}  // namespace

template <class View>
FieldLookup fields_of(const View& view) {
  return [&view](std::string_view path) {
    Finder finder(path);
    Fields<View>::visit(view, finder);
    return std::move(finder.found);
  };
}

template <class View>
boost::system::result<Filter, std::string> filter_of(std::string_view text) {
  auto parsed = Filter::parse(text);
  if (!parsed) return parsed;
  const View none{};
  if (const auto unknown = parsed->unknown_field(fields_of(none)))
    return "there is no field '" + *unknown + "'";
  return parsed;
}

template <class View>
std::optional<std::string> filter(std::vector<View>& views, std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto parsed = filter_of<View>(text);
  if (!parsed) return parsed.error();
  std::erase_if(views, [&parsed](const View& view) { return !parsed->holds(fields_of(view)); });
  return std::nullopt;
}

template FieldLookup fields_of(const ServiceStatsView&);
template FieldLookup fields_of(const ServiceView&);
template FieldLookup fields_of(const ServerView&);
template FieldLookup fields_of(const EventView&);
template FieldLookup fields_of(const ConnectionView&);
template boost::system::result<Filter, std::string> filter_of<EventView>(std::string_view);
template boost::system::result<Filter, std::string> filter_of<ServerView>(std::string_view);
template boost::system::result<Filter, std::string> filter_of<ConnectionView>(std::string_view);
template boost::system::result<Filter, std::string> filter_of<ServiceStatsView>(std::string_view);
template boost::system::result<Filter, std::string> filter_of<ServiceView>(std::string_view);
template std::optional<std::string> filter(std::vector<ServiceView>&, std::string_view);
template std::optional<std::string> filter(std::vector<ServerView>&, std::string_view);
template std::optional<std::string> filter(std::vector<OverrideView>&, std::string_view);
template std::optional<std::string> filter(std::vector<ServiceStatsView>&, std::string_view);
template std::optional<std::string> filter(std::vector<DriftEntryView>&, std::string_view);
template std::optional<std::string> filter(std::vector<FindingView>&, std::string_view);

}  // namespace lvsd::api
