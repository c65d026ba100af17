#include "config/group.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "base/parse_number.h"
#include "config/compile.h"
#include "config/scan.h"

namespace lvsd {

namespace {

// Every address becomes a service of the kernel with its own copy of every real server.
constexpr std::uint64_t most_services = 65'536;

// How far `last` is behind `first`; nothing when it is before it or out of reach.
std::optional<std::uint64_t> offset(const Address& first, const Address& last) {
  if (first.family != last.family || last < first) return std::nullopt;
  const std::size_t size = first.family == Family::v4 ? 4 : 16;
  std::uint64_t difference = 0;
  int borrow = 0;
  for (std::size_t i = size; i-- > 0;) {
    int digit = last.bytes[i] - first.bytes[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    digit += borrow * 256;
    const std::size_t place = size - 1 - i;
    if (place < 7) difference |= std::uint64_t(digit) << (8 * place);
    if (place >= 7 && digit != 0) return most_services;
  }
  return difference;
}

// One line of a group.
class EntryReader {
 public:
  EntryReader(Compiler& compiler, const Statement& line)
      : compiler_(compiler), words_(line.words) {}

  std::optional<GroupEntry> read() {
    GroupEntry entry;
    const bool fine = words_.front() == "fwmark" ? read_mark(entry) : read_addresses(entry);
    if (!fine) return std::nullopt;
    return entry;
  }

 private:
  bool refuse(std::string_view word, std::string why, std::string hint = {}) {
    compiler_.problems().report(Code::bad_group_entry, compiler_.reader().span(word),
                                std::move(why), std::move(hint));
    return false;
  }

  bool too_many(std::size_t most) {
    if (words_.size() > most)
      compiler_.problems().report(Code::extra_argument, compiler_.reader().span(words_[most]),
                                  "unexpected " + quoted(words_[most]),
                                  "one entry a line: ADDRESS[-LAST|/MASK] [PORT]");
    return words_.size() > most;
  }

  bool read_mark(GroupEntry& entry) {
    if (words_.size() < 2) return refuse(words_[0], "'fwmark' needs a number");
    const auto mark = parse_number<std::uint32_t>(words_[1]);
    if (!mark || *mark == 0)
      return refuse(words_[1], quoted(words_[1]) + " is not a mark",
                    "expected a number from 1 to 4294967295");
    entry.fwmark = *mark;
    if (words_.size() > 2 && (words_[2] == "inet" || words_[2] == "inet6")) {
      entry.family_given = true;
      entry.family = words_[2] == "inet6" ? Family::v6 : Family::v4;
      too_many(3);
    } else {
      too_many(2);
    }
    return true;
  }

  bool read_addresses(GroupEntry& entry) {
    const std::string_view word = words_[0];
    const std::size_t end = word.find_first_of("-/");
    const auto first = parse_address(word.substr(0, end));
    if (!first) return refuse(word, quoted(word) + " is not an IP address", address_hint(word));
    entry.first = *first;
    entry.family = first->family;
    if (end != word.npos) {
      const std::string_view rest = word.substr(end + 1);
      if (!(word[end] == '-' ? read_range(entry, rest) : read_mask(entry, rest))) return false;
    }
    if (words_.size() > 1) {
      const auto port = parse_number<std::uint16_t>(words_[1]);
      if (!port) return refuse(words_[1], quoted(words_[1]) + " is not a port");
      entry.port = *port;
    }
    too_many(2);
    return true;
  }

  // "LAST", or its last octet (IPv4, decimal) or 16 bits (IPv6, hexadecimal).
  bool read_range(GroupEntry& entry, std::string_view rest) {
    auto last = parse_address(rest);
    if (!last) last = with_last_part(entry.first, rest);
    if (!last) return refuse(rest, quoted(rest) + " is no end of a range");
    const auto distance = offset(entry.first, *last);
    if (!distance || *distance == 0)
      return refuse(rest, "the end of the range is not behind its start");
    return count(entry, *distance + 1, rest);
  }

  static std::optional<Address> with_last_part(Address address, std::string_view digits) {
    const bool v4 = address.family == Family::v4;
    std::uint32_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, failure] = std::from_chars(digits.data(), end, value, v4 ? 10 : 16);
    if (failure != std::errc{} || stopped != end || value > (v4 ? 0xffU : 0xffffU))
      return std::nullopt;
    if (v4) {
      address.bytes[3] = static_cast<std::uint8_t>(value);
    } else {
      address.bytes[14] = static_cast<std::uint8_t>(value >> 8);
      address.bytes[15] = static_cast<std::uint8_t>(value);
    }
    return address;
  }

  // Network and broadcast address are among them, as with keepalived.
  bool read_mask(GroupEntry& entry, std::string_view rest) {
    const std::uint32_t bits = entry.family == Family::v4 ? 32 : 128;
    const auto length = parse_number<std::uint32_t>(rest);
    if (!length || *length == 0 || *length > bits)
      return refuse(rest, quoted(rest) + " is not a mask length",
                    "expected a number from 1 to " + std::to_string(bits));
    if (has_host_bits(entry.first, *length))
      return refuse(words_[0], "the address has bits outside of its mask");
    const std::uint32_t host_bits = bits - *length;
    return count(entry, host_bits > 32 ? most_services + 1 : std::uint64_t{1} << host_bits, rest);
  }

  static bool has_host_bits(const Address& address, std::uint32_t length) {
    const std::size_t size = address.family == Family::v4 ? 4 : 16;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t before = i * 8;
      const std::size_t kept = length <= before ? 0 : std::min<std::size_t>(8, length - before);
      if ((address.bytes[i] & (0xffU >> kept)) != 0) return true;
    }
    return false;
  }

  bool count(GroupEntry& entry, std::uint64_t addresses, std::string_view where) {
    if (addresses > most_services) {
      compiler_.problems().report(Code::too_many_services, compiler_.reader().span(where),
                                  "more than " + std::to_string(most_services) + " addresses",
                                  "mark the packets with nftables and use a 'fwmark' service");
      return false;
    }
    entry.count = static_cast<std::uint32_t>(addresses);
    return true;
  }

  Compiler& compiler_;
  std::span<const std::string_view> words_;
};

bool mixes_families_without_saying(const ServiceGroup& group) {
  bool v4 = false;
  bool v6 = false;
  bool open = false;
  for (const GroupEntry& entry : group.entries) {
    if (entry.fwmark != 0 && !entry.family_given) {
      open = true;
    } else {
      (entry.family == Family::v4 ? v4 : v6) = true;
    }
  }
  return v4 && v6 && open;
}

}  // namespace

void open_group(Compiler& c, const Arguments& a) {
  if (const ServiceGroup* same = c.group(a.word(0)))
    c.problems().report(Code::duplicate_group, a.where(a.word(0)),
                        "there is a group '" + same->name + "' already",
                        "it stands at " + c.place(same->origin));
  c.config().groups.push_back(ServiceGroup{std::string(a.word(0)), {}, a.origin()});
}

void add_group_entry(Compiler& c, const Statement& line) {
  if (const auto entry = EntryReader(c, line).read())
    c.config().groups.back().entries.push_back(*entry);
}

void close_group(Compiler& c) {
  const ServiceGroup& group = c.config().groups.back();
  if (group.entries.empty()) {
    if (c.block_is_clean())
      c.problems().report(Code::empty_group, c.block_span(), "the group has no entry");
  } else if (mixes_families_without_saying(group)) {
    c.problems().report(Code::empty_group, c.block_span(),
                        "the group mixes IPv4, IPv6 and a mark without family",
                        "write 'fwmark NUMBER inet' or 'fwmark NUMBER inet6'");
  } else if (service_count(group) > most_services) {
    c.problems().report(
        Code::too_many_services, c.block_span(),
        "the group stands for more than " + std::to_string(most_services) + " services");
  } else {
    c.keep_group();
    return;
  }
  c.config().groups.pop_back();
}

std::uint64_t service_count(const ServiceGroup& group) {
  std::uint64_t total = 0;
  for (const GroupEntry& entry : group.entries)
    total += entry.count;
  return total;
}

std::vector<ServiceKey> services(const ServiceGroup& group, Protocol protocol, Family family) {
  std::vector<ServiceKey> out;
  for (const GroupEntry& entry : group.entries) {
    if (entry.fwmark != 0) {
      out.push_back(fwmark_service(entry.fwmark, entry.family_given ? entry.family : family));
      continue;
    }
    for (std::uint32_t i = 0; i < entry.count; ++i)
      out.push_back(address_service(protocol, {*advanced(entry.first, i), entry.port}));
  }
  return out;
}

const GroupEntry& leading_entry(const ServiceGroup& group) {
  const auto first_of = [&group](auto fits) {
    return std::find_if(group.entries.begin(), group.entries.end(), fits);
  };
  auto found = first_of([](const GroupEntry& entry) { return entry.fwmark == 0; });
  if (found == group.entries.end())
    found = first_of([](const GroupEntry& entry) { return !entry.family_given; });
  return found == group.entries.end() ? group.entries.front() : *found;
}

std::string spelled(const GroupEntry& entry) {
  if (entry.fwmark != 0) {
    std::string out = "fwmark " + std::to_string(entry.fwmark);
    if (entry.family_given) out += entry.family == Family::v6 ? " inet6" : " inet";
    return out;
  }
  std::string out = text(entry.first);
  if (entry.count > 1) out += "-" + text(*advanced(entry.first, entry.count - 1));
  if (entry.port != 0) out += " " + std::to_string(entry.port);
  return out;
}

}  // namespace lvsd
