#pragma once

// IPVS's table as generic netlink spells it (linux/ip_vs.h): changes and questions to bytes,
// answers to values. The kernel writer asks. Pure: no socket; what an answer may get wrong is
// checked here.

#include <cstdint>
#include <string>

#include "base/result.h"
#include "model/op.h"
#include "model/table.h"
#include "netlink/ipvs_message.h"

namespace lvsd {

// The change as one request at the end of `out`. Settings are always sent whole: SET replaces.
void append_request(Bytes& out, const RequestHeader& header, const Op& op);

// Questions. Services: all with NLM_F_DUMP, one with its key. Destinations: always NLM_F_DUMP.
void append_get_info(Bytes& out, const RequestHeader& header);
void append_get_services(Bytes& out, const RequestHeader& header);
void append_get_service(Bytes& out, const RequestHeader& header, const ServiceKey& service);
void append_get_destinations(Bytes& out, const RequestHeader& header, const ServiceKey& service);

struct IpvsInfo {
  std::uint32_t version = 0;                // 0x010201 is 1.2.1
  std::uint32_t connection_table_size = 0;  // buckets
};

struct ServiceEntry {
  ServiceKey key;
  ServiceSettings settings;
  Traffic traffic;
};

struct DestinationEntry {
  DestinationKey key;
  DestinationSettings settings;
  DestinationCounters counters;
};

// Answers; what keeps one from being read is codec_errc. What the kernel keeps but nobody
// configures is left out, so that what was sent equals what is read back: the HASHED flag, the
// netmask of a service that is not persistent (host_netmask), the tunnel of a destination that is
// not tunnelled. Traffic is from STATS64, or from STATS on kernels that have only that (32 bits
// wide but for bytes).
Result<IpvsInfo> ipvs_info(const Message& message);
Result<ServiceEntry> service_entry(const Message& message);
// `family`: of the service that was asked about, for kernels that do not say the destination's.
Result<DestinationEntry> destination_entry(const Message& message, Family family);

}  // namespace lvsd
