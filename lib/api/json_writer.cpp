#include <charconv>
#include <cmath>

#include "api/all_fields.h"
#include "api/json.h"
#include "api/json_text.h"

// Writes straight into one string: a list of 50,000 servers needs no tree in between.

namespace lvsd::api {
namespace {

void write(std::string& out, std::string_view value) {
  append_text(out, value);
}

void write(std::string& out, const std::string& value) {
  write(out, std::string_view(value));
}

template <class T>
void write_number(std::string& out, T value) {
  char buffer[32];
  const auto end = std::to_chars(std::begin(buffer), std::end(buffer), value).ptr;
  out.append(buffer, end);
}

void write(std::string& out, bool value) {
  out += value ? "true" : "false";
}
void write(std::string& out, WholeNumber auto value) {
  write_number(out, value);
}
void write(std::string& out, double value) {
  if (std::isfinite(value))
    write_number(out, value);
  else
    out += "null";
}

void write(std::string& out, const Moment& value) {
  write(out, text(value));
}
void write(std::string& out, Protocol value) {
  write(out, text(value));
}
void write(std::string& out, Family value) {
  write(out, std::string_view(value == Family::v6 ? "ipv6" : "ipv4"));
}
void write(std::string& out, const Address& value) {
  write(out, text(value));
}
void write(std::string& out, const ServiceKey& value) {
  write(out, id(value));
}

template <Described T>
void write(std::string& out, const T& value);
template <class T>
void write(std::string& out, const std::vector<T>& values);

template <class T>
void write(std::string& out, const std::optional<T>& value) {
  if (value)
    write(out, *value);
  else
    out += "null";
}

template <class T>
void write(std::string& out, const std::vector<T>& values) {
  out += '[';
  for (const T& value : values) {
    if (&value != values.data()) out += ',';
    write(out, value);
  }
  out += ']';
}

KeyFields key_fields(const ServiceKey& key) {
  if (key.fwmark != 0) return {.fwmark = key.fwmark, .family = key.family};
  return {.protocol = key.protocol, .address = key.address, .port = key.port, .family = key.family};
}

class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  template <class T>
  void operator()(std::string_view name, const T& value) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    out_ += name;
    out_ += "\":";
    write(out_, value);
  }
  void flat(const ServiceKey& key) {
    const KeyFields fields = key_fields(key);
    Fields<KeyFields>::visit(fields, *this);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

template <Described T>
void write(std::string& out, const T& value) {
  ObjectWriter object(out);
  Fields<T>::visit(value, object);
}

void write_head(ObjectWriter& object, const Head& head, const std::string& kind) {
  object("api", std::string(api_version));
  object("kind", kind);
  object("time", head.time);
  object("generation", head.generation);
  if (head.counted) object("counted", *head.counted);
}

template <class View>
std::string document_text(const Head& head, const View& view) {
  std::string out;
  {
    ObjectWriter object(out);
    write_head(object, head, std::string(Fields<View>::kind));
    Fields<View>::visit(view, object);
  }
  return out;
}

template <class View>
std::string document_text(const Head& head, const std::vector<View>& items) {
  std::string out;
  {
    ObjectWriter object(out);
    write_head(object, head, std::string(Fields<View>::kind) + "List");
    object("items", items);
  }
  return out;
}

}  // namespace

template <class View>
std::string body(const Head& head, const View& view) {
  return document_text(head, view);
}

template std::string body(const Head&, const StatusView&);
template std::string body(const Head&, const ServiceView&);
template std::string body(const Head&, const ServerView&);
template std::string body(const Head&, const std::vector<ServiceView>&);
template std::string body(const Head&, const std::vector<ServerView>&);
template std::string body(const Head&, const std::vector<ConnectionView>&);
template std::string body(const Head&, const std::vector<EventView>&);
template std::string body(const Head&, const std::vector<ServiceStatsView>&);
template std::string body(const Head&, const std::vector<ConnectionCountView>&);
template std::string body(const Head&, const std::vector<CpuStatsView>&);
template std::string body(const Head&, const KernelTableView&);
template std::string body(const Head&, const KernelControlsView&);
template std::string body(const Head&, const std::vector<DriftEntryView>&);
template std::string body(const Head&, const ReloadView&);
template std::string body(const Head&, const DigestView&);
template std::string body(const Head&, const std::vector<CheckHistoryView>&);
template std::string body(const Head&, const ReadinessView&);
template std::string body(const Head&, const VersionView&);
template std::string body(const Head&, const WishView&);
template std::string body(const Head&, const std::vector<OverrideView>&);
template std::string body(const Head&, const std::vector<TimeoutView>&);
template std::string body(const Head&, const std::vector<SysctlView>&);
template std::string body(const Head&, const ConfigCheckView&);
template std::string body(const Head&, const ConfigView&);
template std::string body(const Head&, const ConfigDiffView&);
template std::string body(const Head&, const std::vector<PastConfigView>&);
template std::string body(const Head&, const LogLevelView&);
template std::string body(const Head&, const std::vector<KeywordView>&);
template std::string body(const Head&, const std::vector<FindingView>&);

template <class View>
ListFrame list_frame(const Head& head) {
  constexpr std::string_view closing = "]}";  // of an empty list
  std::string opening = document_text(head, std::vector<View>{});
  opening.resize(opening.size() - closing.size());
  return {std::move(opening), std::string(closing)};
}
template ListFrame list_frame<ConnectionView>(const Head&);
template ListFrame list_frame<EventView>(const Head&);
template ListFrame list_frame<ServerView>(const Head&);
template ListFrame list_frame<ServiceStatsView>(const Head&);
template ListFrame list_frame<ServiceView>(const Head&);

// Of a name within a text the quotes have a backslash, so this is the list itself.
ListFrame status_frame(const Head& head, StatusView status) {
  constexpr std::string_view name = R"("services":[)";
  status.services.clear();
  std::string opening = document_text(head, status);
  const std::size_t inside = opening.find(name) + name.size();
  std::string closing = opening.substr(inside);
  opening.resize(inside);
  return {std::move(opening), std::move(closing)};
}

template <class View>
void append_item(std::string& out, const View& view) {
  write(out, view);
}
template void append_item(std::string&, const ConnectionView&);
template void append_item(std::string&, const EventView&);
template void append_item(std::string&, const ServerView&);
template void append_item(std::string&, const ServiceStatsView&);
template void append_item(std::string&, const ServiceView&);
template void append_item(std::string&, const ServiceSummary&);

std::string body(const ProblemView& problem) {
  std::string out;
  write(out, problem);
  return out;
}

}  // namespace lvsd::api
