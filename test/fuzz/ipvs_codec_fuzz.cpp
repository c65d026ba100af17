// Whatever a datagram holds, reading it ends, stays inside it, and gives nothing that could not be
// sent back: an entry that was read and is sent as a change is a well-formed message.

#include <cstdlib>

#include "netlink/control_codec.h"
#include "netlink/ipvs_codec.h"

using namespace lvsd;

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

template <class AnyOp>
void send_back(const AnyOp& op) {
  Bytes out;
  append_request(out, {.family = 28, .sequence = 1}, op);
  MessageReader messages(out);
  check(messages.next().has_value());
  check(!messages.next() && !messages.malformed());
  check(!text(op).empty());
}

void read(const Message& message) {
  (void)verdict_of(message);
  (void)ipvs_info(message);
  (void)timeouts_entry(message);
  const auto service = service_entry(message);
  const ServiceKey key = service ? service->key : ServiceKey{};
  if (service) send_back(Op(SetService{service->key, service->settings}));
  for (const Family family : {Family::v4, Family::v6})
    if (const auto entry = destination_entry(message, family))
      send_back(Op(SetDestination{key, entry->key, entry->settings}));
  if (const auto entry = sync_entry(message))
    send_back(ControlOp(StartSync{entry->first, entry->second}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  MessageReader messages(std::as_bytes(std::span(data, size)));
  while (const auto message = messages.next())
    read(*message);
  return 0;
}
