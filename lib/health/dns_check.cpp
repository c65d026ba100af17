#include "health/dns_check.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/printable.h"

namespace lvsd {

namespace {

constexpr int class_in = 1;
constexpr std::size_t header_size = 12;

struct FreeAres {
  void operator()(unsigned char* memory) const { ares_free_string(memory); }
  void operator()(char* memory) const { ares_free_string(memory); }
};

std::string rcode_name(int rcode) {
  constexpr auto names = std::to_array<std::string_view>(
      {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"});
  if (static_cast<std::size_t>(rcode) < names.size())
    return std::string(names[static_cast<std::size_t>(rcode)]);
  return "rcode " + std::to_string(rcode);
}

// Walks a message, and stops for good at what does not fit into it.
class Walker {
 public:
  explicit Walker(std::string_view message) : message_(message) {}

  bool is_broken() const { return broken_; }
  std::size_t at() const { return at_; }
  void go_to(std::size_t at) {
    at_ = at;
    broken_ = broken_ || at > message_.size();
  }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t out = 0;
    for (const char c : taken(bytes))
      out = out << 8 | static_cast<unsigned char>(c);
    return out;
  }
  std::string_view taken(std::size_t bytes) {
    if (broken_ || message_.size() - at_ < bytes) {
      broken_ = true;
      return {};
    }
    at_ += bytes;
    return message_.substr(at_ - bytes, bytes);
  }
  // A name, compressed or not, without its final dot.
  std::string name() {
    if (broken_ || at_ >= message_.size()) {
      broken_ = true;
      return {};
    }
    const auto* begin = reinterpret_cast<const unsigned char*>(message_.data());
    char* text = nullptr;
    long length = 0;
    const int status =
        ares_expand_name(begin + at_, begin, static_cast<int>(message_.size()), &text, &length);
    if (status != ARES_SUCCESS) {
      broken_ = true;
      return {};
    }
    const std::unique_ptr<char, FreeAres> owned(text);
    taken(static_cast<std::size_t>(length));
    return text;
  }

 private:
  std::string_view message_;
  std::size_t at_ = 0;
  bool broken_ = false;
};

// The content of a record as dig prints it, for the types that can be asked for; others are empty.
std::string content(Walker& walker, DnsType type, std::size_t length) {
  switch (type) {
    case DnsType::a:
    case DnsType::aaaa: {
      Address address{.family = type == DnsType::a ? Family::v4 : Family::v6};
      const std::string_view bytes = walker.taken(length);
      if (bytes.size() != (type == DnsType::a ? 4U : 16U)) return {};
      std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
      return text(address);
    }
    case DnsType::ns:
    case DnsType::cname:
    case DnsType::soa:  // its first name, the primary server
      return walker.name();
    case DnsType::mx:
      walker.taken(2);
      return walker.name();
    case DnsType::txt: {
      std::string out;
      const std::size_t end = walker.at() + length;
      while (walker.at() < end && !walker.is_broken())
        out += walker.taken(walker.number(1));
      return out;
    }
    case DnsType::rrsig:
    case DnsType::dnskey:
      break;
  }
  return {};
}

std::string without_dot(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  std::string out(name);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// Looks for the wanted record; `seen` gets one that is not it.
bool has_answer(const DnsCheck& check, Walker& walker, std::uint32_t questions,
                std::uint32_t answers, std::string& seen) {
  for (std::uint32_t i = 0; i < questions && !walker.is_broken(); ++i) {
    walker.name();
    walker.taken(4);
  }
  for (std::uint32_t i = 0; i < answers && !walker.is_broken(); ++i) {
    walker.name();
    const std::uint32_t type = walker.number(2);
    walker.taken(6);  // class, time to live
    const std::size_t length = walker.number(2);
    const std::size_t next = walker.at() + length;
    if (walker.is_broken()) break;
    if (type == static_cast<std::uint32_t>(check.type)) {
      const std::string found = content(walker, check.type, length);
      if (!walker.is_broken() && without_dot(found) == without_dot(check.answer)) return true;
      seen = found;
    }
    walker.go_to(next);
  }
  return false;
}

}  // namespace

std::string dns_query(const DnsCheck& check, std::uint16_t id) {
  unsigned char* made = nullptr;
  int size = 0;
  const int status = ares_create_query(check.name.c_str(), class_in, static_cast<int>(check.type),
                                       id, 1, &made, &size, 0);
  const std::unique_ptr<unsigned char, FreeAres> owned(made);
  if (status != ARES_SUCCESS) return {};
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

std::optional<Judgement> judged_dns_answer(const DnsCheck& check, std::uint16_t id,
                                           std::string_view message) {
  if (message.size() < header_size) return std::nullopt;
  Walker walker(message);
  const std::uint32_t its_id = walker.number(2);
  const std::uint32_t flags = walker.number(2);
  const bool is_response = (flags & 0x8000U) != 0;
  if (its_id != id || !is_response) return std::nullopt;
  const int rcode = static_cast<int>(flags & 0xfU);
  if (rcode != 0) return Judgement{CheckResult::l7_status, rcode, rcode_name(rcode)};
  if (check.answer.empty()) return Judgement{CheckResult::l7_ok, 0, {}};

  const std::uint32_t questions = walker.number(2);
  const std::uint32_t answers = walker.number(2);
  walker.go_to(header_size);
  std::string seen;
  if (has_answer(check, walker, questions, answers, seen))
    return Judgement{CheckResult::l7_ok, 0, printable(check.answer)};
  if (walker.is_broken()) return Judgement{CheckResult::l7_response, 0, "the answer is malformed"};
  return Judgement{
      CheckResult::l7_response, 0,
      seen.empty() ? "there is no such record" : "not the expected answer: " + printable(seen, 50)};
}

}  // namespace lvsd
