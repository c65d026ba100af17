#include <nlohmann/json.hpp>
#include <utility>

#include "api/all_fields.h"
#include "api/json.h"
#include "api/json_bounds.h"

namespace lvsd::api {
namespace {

using Json = nlohmann::ordered_json;

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
  if (json.is_string())
    value = json.get_ref<const std::string&>();
  else
    fault.set(path, "not a text");
}

void read(const Json& json, bool& value, const Path* path, Fault& fault) {
  if (json.is_boolean())
    value = json.get<bool>();
  else
    fault.set(path, "neither true nor false");
}

void read(const Json& json, double& value, const Path* path, Fault& fault) {
  if (json.is_number())
    value = json.get<double>();
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
  if (json.is_number_unsigned())
    take(json.get<std::uint64_t>());
  else if (json.is_number_integer())
    take(json.get<std::int64_t>());
  else
    fault.set(path, "not a whole number");
}

// A value that is spelled as a text.
template <class T, class Parse>
void read_spelled(const Json& json, T& value, const Path* path, Fault& fault, Parse parse,
                  std::string_view what) {
  const auto parsed = json.is_string() ? parse(json.get_ref<const std::string&>()) : std::nullopt;
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
  if (!json.is_array()) return fault.set(path, "not a list");
  values.clear();
  values.reserve(json.size());
  for (const Json& item : json) {
    if (fault) return;
    const Path here{path, {}, values.size()};
    read(item, values.emplace_back(), &here, fault);
  }
}

class ObjectReader {
 public:
  ObjectReader(const Json& object, const Path* path, Fault& fault)
      : object_(object), path_(path), fault_(fault) {}

  template <class T>
  void operator()(std::string_view name, T& value) {
    if (fault_) return;
    const auto found = object_.find(name);
    if (found == object_.end() || found->is_null()) return;
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
  const Json& object_;
  const Path* path_;
  Fault& fault_;
};

template <Described T>
void read(const Json& json, T& value, const Path* path, Fault& fault) {
  if (!json.is_object()) return fault.set(path, "not an object");
  ObjectReader fields(json, path, fault);
  Fields<T>::visit(value, fields);
}

Result<Json> parsed(std::string_view body, const JsonLimits& limits) {
  if (const auto excess = beyond(body, limits)) return *excess;
  try {
    return Json::parse(body);
  } catch (const Json::exception& failure) {
    return Error{{}, failure.what()};
  }
}

Result<Json> parsed_object(std::string_view body, const JsonLimits& limits) {
  auto json = parsed(body, limits);
  if (json && !json->is_object()) return Error{{}, "not a JSON object"};
  return json;
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
}

template <class View>
struct Content {
  static std::string kind() { return std::string(Fields<View>::kind); }
  static void visit(View& view, ObjectReader& field) { Fields<View>::visit(view, field); }
};
template <class View>
struct Content<std::vector<View>> {
  static std::string kind() { return std::string(Fields<View>::kind) + "List"; }
  static void visit(std::vector<View>& items, ObjectReader& field) { field("items", items); }
};

}  // namespace

template <class View>
Result<Document<View>> document(std::string_view body, const JsonLimits& limits) {
  const auto json = parsed_object(body, limits);
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

  Document<View> document{envelope.head, {}};
  Content<View>::visit(document.view, fields);
  if (fault) return fault.error();
  return document;
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
