#include "health/echo.h"

namespace lvsd {

namespace {

constexpr std::size_t header_size = 8;

constexpr char request_type(Family family) {
  return static_cast<char>(family == Family::v6 ? 128 : 8);
}
constexpr char reply_type(Family family) {
  return static_cast<char>(family == Family::v6 ? 129 : 0);
}

std::string payload(std::uint64_t cookie) {
  std::string out = "lvsd";
  for (int shift = 56; shift >= 0; shift -= 8)
    out += static_cast<char>(cookie >> shift & 0xff);
  return out;
}

}  // namespace

std::string echo_request(Family family, std::uint64_t cookie) {
  std::string header(header_size, '\0');
  header[0] = request_type(family);
  header[7] = 1;  // the sequence number
  return header + payload(cookie);
}

bool is_echo_reply(Family family, std::uint64_t cookie, std::string_view message) {
  return message.size() >= header_size && message[0] == reply_type(family) && message[1] == 0 &&
         message.substr(header_size) == payload(cookie);
}

}  // namespace lvsd
