#include <charconv>
#include <utility>

#include "api/all_fields.h"
#include "api/json.h"
#include "api/json_bounds.h"
#include "api/json_cursor.h"

// Reads straight into the views, in the order in which the writer writes: a list of 50,000 servers
// needs no tree in between.

namespace lvsd::api {
namespace {

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

// ---- the next value of a body

void read(JsonCursor& json, std::string& value, const Path* path, Fault& fault) {
  if (json.kind() == JsonKind::text)
    value = json.take_text();
  else
    fault.set(path, "not a text");
}

void read(JsonCursor& json, bool& value, const Path* path, Fault& fault) {
  if (json.kind() == JsonKind::truth)
    value = json.take_literal() == "true";
  else
    fault.set(path, "neither true nor false");
}

// Whether all of the spelling is a number of that type.
template <class T>
std::errc parse_all(std::string_view spelling, T& value) {
  const auto [end, error] =
      std::from_chars(spelling.data(), spelling.data() + spelling.size(), value);
  if (error == std::errc() && end != spelling.data() + spelling.size())
    return std::errc::invalid_argument;
  return error;
}

void read(JsonCursor& json, double& value, const Path* path, Fault& fault) {
  if (json.kind() != JsonKind::number) return fault.set(path, "not a number");
  if (parse_all(json.take_literal(), value) != std::errc())
    fault.set(path, "too large or too small");
}

template <WholeNumber T>
void read(JsonCursor& json, T& value, const Path* path, Fault& fault) {
  if (json.kind() != JsonKind::number) return fault.set(path, "not a whole number");
  const std::string_view spelling = json.take_literal();
  if (spelling.find_first_of(".eE") != std::string_view::npos)
    return fault.set(path, "not a whole number");
  if (parse_all(spelling, value) != std::errc()) fault.set(path, "too large or negative");
}

// A value that is spelled as a text.
template <class T, class Parse>
void read_spelled(JsonCursor& json, T& value, const Path* path, Fault& fault, Parse parse,
                  std::string_view what) {
  const auto parsed =
      json.kind() == JsonKind::text ? parse(std::string_view(json.take_text())) : std::nullopt;
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

void read(JsonCursor& json, Moment& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_moment, "not an RFC 3339 time");
}
void read(JsonCursor& json, Protocol& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_protocol, "not a protocol");
}
void read(JsonCursor& json, Family& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_family, "not an address family");
}
void read(JsonCursor& json, Address& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_address, "not an address");
}
void read(JsonCursor& json, ServiceKey& value, const Path* path, Fault& fault) {
  read_spelled(json, value, path, fault, parse_service_key, "not a service");
}

template <Described T>
void read(JsonCursor& json, T& value, const Path* path, Fault& fault);
template <class T>
void read(JsonCursor& json, std::vector<T>& values, const Path* path, Fault& fault);

template <class T>
void read(JsonCursor& json, std::optional<T>& value, const Path* path, Fault& fault) {
  read(json, value.emplace(), path, fault);
}

// The list of a document is most of it, so its first item tells how many there are, about: a list
// that grows moves, and touches twice the memory.
template <class T>
void reserve_rest(std::vector<T>& values, std::size_t item, std::size_t rest) {
  if (item != 0) values.reserve(rest / item + 1);
}

template <class T>
void read(JsonCursor& json, std::vector<T>& values, const Path* path, Fault& fault) {
  if (json.kind() != JsonKind::list) return fault.set(path, "not a list");
  values.clear();
  const bool is_most = path != nullptr && path->owner == nullptr;
  json.enter();
  while (json.next_item() && !fault) {
    const std::size_t before = json.rest();
    const Path here{path, {}, values.size()};
    read(json, values.emplace_back(), &here, fault);
    if (is_most && values.size() == 1) reserve_rest(values, before - json.rest(), before);
  }
}

// The members of an object, asked for by name: at once where they come in the order of the
// questions, else they are looked for.
class ObjectReader {
 public:
  // REQUIRES: `object` is at an object.
  ObjectReader(JsonCursor& object, const Path* path, Fault& fault)
      : next_(object), path_(path), fault_(fault) {
    next_.enter();
    first_ = next_;
    has_next_ = next_.next_member(key_);
  }

  template <class T>
  void operator()(std::string_view name, T& value) {
    if (fault_ || next_.is_broken()) return;
    if (has_next_ && key_ == name) {
      read_field(next_, name, value);
      if (!fault_) has_next_ = next_.next_member(key_);
      return;
    }
    JsonCursor here = first_;
    std::string key;
    while (here.next_member(key)) {
      if (key == name) return read_field(here, name, value);
      here.skip();
    }
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

  // Past the end of the object, over what nobody asked for.
  JsonCursor end() {
    while (has_next_) {
      next_.skip();
      has_next_ = next_.next_member(key_);
    }
    return next_;
  }

 private:
  template <class T>
  void read_field(JsonCursor& at, std::string_view name, T& value) {
    const JsonKind kind = at.kind();
    if (kind == JsonKind::none) return fault_.set(nullptr, at.fault());
    if (kind == JsonKind::null) {
      at.take_literal();
      return;
    }
    const Path here{path_, name};
    read(at, value, &here, fault_);
  }

  JsonCursor next_;   // at the value of `key_`, where there is one
  JsonCursor first_;  // before the first member
  std::string key_;
  bool has_next_ = false;
  const Path* path_;
  Fault& fault_;
};

template <Described T>
void read(JsonCursor& json, T& value, const Path* path, Fault& fault) {
  if (json.kind() != JsonKind::object) return fault.set(path, "not an object");
  ObjectReader fields(json, path, fault);
  Fields<T>::visit(value, fields);
  if (!fault) json = fields.end();
}

// Has `visit` read the one object that a body is.
template <class Visit>
std::optional<Error> failure_of(std::string_view body, const JsonLimits& limits, Visit visit) {
  JsonCursor json(body, limits.depth);
  const JsonKind kind = json.kind();
  if (body.size() > limits.bytes || kind != JsonKind::object)
    return beyond(body, limits)
        .value_or(Error{{}, kind == JsonKind::none ? json.fault() : "not a JSON object"});
  Fault fault;
  ObjectReader fields(json, nullptr, fault);
  visit(fields, fault);
  if (fault) return fault.error();
  JsonCursor end = fields.end();
  if (!end.is_over()) return Error{{}, end.fault()};
  return std::nullopt;
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
  Document<View> document{};
  const auto read_all = [&document](ObjectReader& fields, Fault& fault) {
    Envelope envelope;
    visit_envelope(envelope, fields);
    if (fault) return;
    if (envelope.api != api_version)
      return fault.set(nullptr,
                       "api is '" + envelope.api + "', not '" + std::string(api_version) + "'");
    if (envelope.kind != Content<View>::kind())
      return fault.set(nullptr,
                       "kind is '" + envelope.kind + "', not '" + Content<View>::kind() + "'");
    document.head = envelope.head;
    Content<View>::visit(document.view, fields);
  };
  if (auto failure = failure_of(body, limits, read_all)) return std::move(*failure);
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
  View view;
  const auto read_all = [&view](ObjectReader& fields, Fault&) {
    Fields<View>::visit(view, fields);
  };
  if (auto failure = failure_of(text, limits, read_all)) return std::move(*failure);
  return view;
}

template Result<EventView> item(std::string_view, const JsonLimits&);

Result<ProblemView> problem(std::string_view body, const JsonLimits& limits) {
  return item<ProblemView>(body, limits);
}

}  // namespace lvsd::api
