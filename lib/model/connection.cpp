#include "model/connection.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/parse_number.h"

namespace lvsd {

namespace {

// The words of a line, with any number of blanks between them.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  // Empty at the end.
  std::string_view next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \n"));
    rest_.remove_prefix(word.size());
    return word;
  }

 private:
  std::string_view rest_;
};

std::optional<std::uint32_t> hexadecimal(std::string_view word) {
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
  if (word.empty() || failure != std::errc{} || end != word.data() + word.size())
    return std::nullopt;
  return value;
}

// "0A000064", or "2001:0db8:0000:0000:0000:0000:0000:0100".
std::optional<Address> address_of(std::string_view word) {
  if (word.find(':') != word.npos) return parse_address(word);
  const auto bits = hexadecimal(word);
  if (word.size() != 8 || !bits) return std::nullopt;
  Address address;
  for (unsigned i = 0; i < 4; ++i)
    address.bytes[i] = static_cast<std::uint8_t>(*bits >> (24 - 8 * i));
  return address;
}

std::optional<Endpoint> endpoint_of(Words& words) {
  const auto address = address_of(words.next());
  const auto port = hexadecimal(words.next());
  if (!address || !port || *port > 0xffff) return std::nullopt;
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(std::string_view word) {
  std::string out(word);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

bool is_of(const ServiceKey& service, const Connection& connection) {
  return service.fwmark == 0 && connection.protocol == text(service.protocol) &&
         connection.service == Endpoint{service.address, service.port};
}

bool is_of_any(const ConnectionFilter& filter, const Connection& connection) {
  const auto is_of_it = [&connection](const ServiceKey& key) { return is_of(key, connection); };
  return std::any_of(filter.services.begin(), filter.services.end(), is_of_it) ||
         std::find(filter.servers_of_marks.begin(), filter.servers_of_marks.end(),
                   connection.server) != filter.servers_of_marks.end();
}

}  // namespace

bool is_template(const Connection& connection) {
  return connection.client.port == 0;
}

std::optional<Connection> parse_connection(std::string_view line) {
  Words words(line);
  Connection connection;
  connection.protocol = lowered(words.next());
  const auto client = endpoint_of(words);
  const auto service = endpoint_of(words);
  const auto server = endpoint_of(words);
  if (!client || !service || !server) return std::nullopt;
  connection.client = *client;
  connection.service = *service;
  connection.server = *server;
  connection.state = words.next();
  // A timer that should have run already shows as a number of any size.
  const auto expires = parse_number<std::uint64_t>(words.next());
  if (!expires) return std::nullopt;
  connection.expires_seconds = *expires > 0x7fffffff ? 0 : static_cast<std::uint32_t>(*expires);
  connection.engine = words.next();
  connection.engine_data = words.next();
  return connection;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const std::uint8_t longest = address->family == Family::v4 ? 32 : 128;
  if (slash == text.npos) return Network{*address, longest};
  const auto length = parse_number<std::uint8_t>(text.substr(slash + 1));
  if (!length || *length > longest) return std::nullopt;
  return Network{*address, *length};
}

bool contains(const Network& network, const Address& address) {
  if (network.address.family != address.family) return false;
  for (unsigned bit = 0; bit < network.length; bit += 8) {
    const unsigned left = network.length - bit;
    const unsigned mask = left >= 8 ? 0xff : 0xff00U >> left & 0xff;
    if (((network.address.bytes[bit / 8] ^ address.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool matches(const ConnectionFilter& filter, const Connection& connection) {
  const bool is_for_services = !filter.services.empty() || !filter.servers_of_marks.empty();
  if (is_for_services && !is_of_any(filter, connection)) return false;
  if (filter.server && (filter.server->address != connection.server.address ||
                        (filter.server->port != 0 && *filter.server != connection.server)))
    return false;
  if (!filter.state.empty() && lowered(filter.state) != lowered(connection.state)) return false;
  return !filter.client || contains(*filter.client, connection.client.address);
}

}  // namespace lvsd
