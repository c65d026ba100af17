#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <utility>

#include "api/all_fields.h"
#include "api/json.h"
#include "api/json_parser.h"

namespace lvsd::api {
namespace {

using Json = boost::json::value;

// Where in a body we are, from the inside out; null is the top. Spelled out only for an error.
struct Path {
  const Path* owner;
  std::string_view name;  // empty: an element of a list
  std::size_t index = 0;
};

std::string text(const Path* path) {
  if (!path) return {};
  const std::string before = text(path->owner);
  if (path->name.empty()) return before + "[" + std::to_string(path->index) + "]";
  return before.empty() ? std::string(path->name) : before + "." + std::string(path->name);
}

// The first fault of a body; everything after it is skipped.
class Fault {
 public:
  explicit operator bool() const { return !what_.empty(); }
  void set(const Path* where, std::string_view what) {
    if (what_.empty()) what_ = (where ? text(where) + ": " : "") + std::string(what);
  }
  Error error() const { return Error{{}, what_}; }

 private:
  std::string what_;
};

void read(const Json& json, std::string& value, const Path* path, Fault& fault) {
  if (const auto* text = json.if_string())
    value.assign(text->data(), text->size());
  else
    fault.set(path, "not a text");
}

void read(const Json& json, bool& value, const Path* path, Fault& fault) {
  if (const bool* truth = json.if_bool())
    value = *truth;
  else
    fault.set(path, "neither true nor false");
}

void read(const Json& json, double& value, const Path* path, Fault& fault) {
  if (json.is_number())
    value = json.to_number<double>();
  else
    fault.set(path, "not a number");
}

template <WholeNumber T>
void read(const Json& json, T& value, const Path* path, Fault& fault) {
  const auto take = [&](auto number) {
    if (std::in_range<T>(number))
      value = static_cast<T>(number);
    else
      fault.set(path, "too large or negative");
  };
  if (const auto* natural = json.if_uint64())
    take(*natural);
  else if (const auto* whole = json.if_int64())
    take(*whole);
  else
    fault.set(path, "not a whole number");
}

// A value that is spelled as a text.
template <class T, class Parse>
void read_spelled(const Json& json, T& value, const Path* path, Fault& fault, Parse parse,
                  std::string_view what) {
  const auto* text = json.if_string();
  const auto parsed = text ? parse(std::string_view(text->data(), text->size())) : std::nullopt;
  if (parsed)
    value = *parsed;
  else
    fault.set(path, what);
}

std::optional<Protocol> parse_protocol(std::string_view word) {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::sctp})
    if (word == text(protocol)) return protocol;
  return std::nullopt;
}

std::optional<Family> parse_family(std::string_view word) {
  if (word == "ipv4") return Family::v4;
  if (word == "ipv6") return Family::v6;
  return std::nullopt;
}

void read(const Json& json, Moment& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_moment, "not an RFC 3339 time");
}
void read(const Json& json, Protocol& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_protocol, "not a protocol");
}
void read(const Json& json, Family& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_family, "not an address family");
}
void read(const Json& json, Address& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_address, "not an address");
}
void read(const Json& json, ServiceKey& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_service_key, "not a service");
}

template <Described T>
void read(const Json& json, T& value, const Path* path, Fault& fault);
template <class T>
void read(const Json& json, std::vector<T>& values, const Path* path, Fault& fault);

template <class T>
void read(const Json& json, std::optional<T>& value, const Path* path, Fault& fault) {
  read(json, value.emplace(), path, fault);
}

template <class T>
void read(const Json& json, std::vector<T>& values, const Path* path, Fault& fault) {
  const auto* list = json.if_array();
  if (!list) return fault.set(path, "not a list");
  // What was taken while it was read is there already, and the list is empty.
  values.reserve(values.size() + list->size());
  for (const Json& item : *list) {
    if (fault) return;
    const Path here{path, {}, values.size()};
    read(item, values.emplace_back(), &here, fault);
  }
}

class ObjectReader {
 public:
  ObjectReader(const boost::json::object& object, const Path* path, Fault& fault)
      : object_(object), path_(path), fault_(fault) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    if (fault_) return;
    const Json* found = object_.if_contains({name.data(), name.size()});
    if (!found || found->is_null()) return;
    const Path here{path_, name};
    read(*found, value, &here, fault_);
  }
  void flat(ServiceKey& key) {
    KeyFields fields;
    Fields<KeyFields>::visit(fields, *this);
    if (fields.fwmark)
      key = fwmark_service(*fields.fwmark, fields.family.value_or(Family::v4));
    else if (fields.protocol && fields.address)
      key = address_service(*fields.protocol, {*fields.address, fields.port.value_or(0)});
    else
      fault_.set(path_, "neither an address nor a mark");
  }

 private:
  const boost::json::object& object_;
  const Path* path_;
  Fault& fault_;
};

template <Described T>
void read(const Json& json, T& value, const Path* path, Fault& fault) {
  const auto* object = json.if_object();
  if (!object) return fault.set(path, "not an object");
  ObjectReader fields(*object, path, fault);
  Fields<T>::visit(value, fields);
}

struct Envelope {
  std::string api;
  std::string kind;
  Head head;
};

void visit_envelope(Envelope& envelope, ObjectReader& field) {
  field("api", envelope.api);
  field("kind", envelope.kind);
  field("time", envelope.head.time);
  field("generation", envelope.head.generation);
  field("counted", envelope.head.counted);
}

// The lists of a view that is to be filled: their items are read one by one.
class ListsToTake {
 public:
  ListsToTake(std::vector<TakenList>& lists, Fault& fault) : lists_(lists), fault_(fault) {}

  template <class T>
  void operator()(std::string_view, T&) {}
  template <class T>
  void operator()(std::string_view name, std::vector<T>& items) {
    const auto take = [name, &items, &fault = fault_](const Json& item) {
      const Path list{nullptr, name};
      const Path here{&list, {}, items.size()};
      if (!fault) read(item, items.emplace_back(), &here, fault);
    };
    lists_.push_back({name, take});
  }
  void flat(ServiceKey&) {}

 private:
  std::vector<TakenList>& lists_;
  Fault& fault_;
};

template <class View>
struct Content {
  static std::string kind() { return std::string(Fields<View>::kind); }
  void visit(auto& field) { Fields<View>::visit(view, field); }

  View view;
};
template <class View>
struct Content<std::vector<View>> {
  static std::string kind() { return std::string(Fields<View>::kind) + "List"; }
  void visit(auto& field) { field("items", view); }

  std::vector<View> view;
};

}  // namespace

template <class View>
Result<Document<View>> document(std::string_view body, const JsonLimits& limits) {
  Content<View> content;
  std::vector<TakenList> lists;
  Fault in_items;
  ListsToTake find_lists(lists, in_items);
  content.visit(find_lists);
  const auto json = parsed_object(body, limits, lists);
  if (!json) return json.error();
  Fault fault;
  ObjectReader fields(*json, nullptr, fault);

  Envelope envelope;
  visit_envelope(envelope, fields);
  if (fault) return fault.error();
  if (envelope.api != api_version)
    return Error{{}, "api is '" + envelope.api + "', not '" + std::string(api_version) + "'"};
  if (envelope.kind != Content<View>::kind())
    return Error{{}, "kind is '" + envelope.kind + "', not '" + Content<View>::kind() + "'"};

  content.visit(fields);
  if (fault) return fault.error();
  if (in_items) return in_items.error();
  return Document<View>{envelope.head, std::move(content.view)};
}

template Result<Document<StatusView>> document(std::string_view, const JsonLimits&);
template Result<Document<ServiceView>> document(std::string_view, const JsonLimits&);
template Result<Document<ServerView>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<ServiceView>>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<ServerView>>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<ConnectionView>>> document(std::string_view,
                                                                const JsonLimits&);
template Result<Document<std::vector<EventView>>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<ServiceStatsView>>> document(std::string_view,
                                                                  const JsonLimits&);
template Result<Document<std::vector<ConnectionCountView>>> document(std::string_view,
                                                                     const JsonLimits&);
template Result<Document<std::vector<CpuStatsView>>> document(std::string_view, const JsonLimits&);
template Result<Document<KernelTableView>> document(std::string_view, const JsonLimits&);
template Result<Document<KernelControlsView>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<DriftEntryView>>> document(std::string_view,
                                                                const JsonLimits&);
template Result<Document<ReloadView>> document(std::string_view, const JsonLimits&);
template Result<Document<DigestView>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<CheckHistoryView>>> document(std::string_view,
                                                                  const JsonLimits&);
template Result<Document<ReadinessView>> document(std::string_view, const JsonLimits&);
template Result<Document<VersionView>> document(std::string_view, const JsonLimits&);
template Result<Document<WishView>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<OverrideView>>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<TimeoutView>>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<SysctlView>>> document(std::string_view, const JsonLimits&);
template Result<Document<LogLevelView>> document(std::string_view, const JsonLimits&);
template Result<Document<ConfigCheckView>> document(std::string_view, const JsonLimits&);
template Result<Document<ConfigView>> document(std::string_view, const JsonLimits&);
template Result<Document<ConfigDiffView>> document(std::string_view, const JsonLimits&);
template Result<Document<std::vector<PastConfigView>>> document(std::string_view,
                                                                const JsonLimits&);
template Result<Document<std::vector<KeywordView>>> document(std::string_view, const JsonLimits&);

template <class View>
Result<View> item(std::string_view text, const JsonLimits& limits) {
  const auto json = parsed_object(text, limits);
  if (!json) return json.error();
  Fault fault;
  ObjectReader fields(*json, nullptr, fault);
  View view;
  Fields<View>::visit(view, fields);
  if (fault) return fault.error();
  return view;
}

template Result<EventView> item(std::string_view, const JsonLimits&);

Result<ProblemView> problem(std::string_view body, const JsonLimits& limits) {
  return item<ProblemView>(body, limits);
}

}  // namespace lvsd::api
