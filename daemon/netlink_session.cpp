#include "daemon/netlink_session.h"

#include <cerrno>

#include "daemon/kernel_error.h"

namespace lvsd {

NetlinkSession::NetlinkSession(Connect connect, Duration timeout)
    : connect_(std::move(connect)), timeout_(timeout) {}

Result<std::uint16_t> NetlinkSession::family() {
  if (transport_) return family_;
  auto transport = connect_();
  if (!transport) return transport.error();
  const auto number = (*transport)->resolve_ipvs();
  if (!number) return number.error();
  transport_ = std::move(*transport);
  family_ = *number;
  return family_;
}

std::uint32_t NetlinkSession::sequences(std::uint32_t count) {
  const std::uint32_t first = next_sequence_;
  next_sequence_ += count;
  return first;
}

Result<void> NetlinkSession::exchange(BytesView requests, std::uint32_t first, std::uint32_t count,
                                      const std::function<bool(const Message&)>& take) {
  Result<void> outcome = transport_->send(requests);
  if (outcome) outcome = receive_all(timeout_, first, count, take);
  if (!outcome) {
    // What was not thrown away still tells how some of the requests ended.
    if (outcome.error().code == std::errc::no_buffer_space)
      (void)receive_all(Duration::zero(), first, count, take);
    disconnect();
  }
  return outcome;
}

Result<void> NetlinkSession::receive_all(Duration patience, std::uint32_t first,
                                         std::uint32_t count,
                                         const std::function<bool(const Message&)>& take) {
  Deadline deadline(patience);
  for (;;) {
    const auto datagram = transport_->receive(deadline);
    if (!datagram) return datagram.error();
    const auto last = take_datagram(*datagram, first, count, take);
    if (!last) return last.error();
    if (*last) return {};
  }
}

Result<bool> NetlinkSession::take_datagram(const Datagram& datagram, std::uint32_t first,
                                           std::uint32_t count,
                                           const std::function<bool(const Message&)>& take) {
  ++datagrams_;
  if (datagram.sender != 0) {
    ++dropped_.foreign_sender;
    return false;
  }
  if (datagram.truncated) return Error{kernel_errc::bad_answer, "truncated"};
  bool last = false;
  MessageReader messages(datagram.bytes);
  while (const auto message = messages.next()) {
    if (message->sequence - first < count)  // modulo 2^32, as the numbers are
      last = take(*message) || last;
    else
      ++dropped_.unexpected_sequence;
  }
  if (messages.malformed()) return Error{kernel_errc::bad_answer, "not a netlink message"};
  return last;
}

bool NetlinkSession::family_changed() {
  if (!transport_) return true;
  const auto number = transport_->resolve_ipvs();
  if (number && *number == family_) return false;
  disconnect();
  return true;
}

}  // namespace lvsd
