#include "plan/apply.h"

#include <catch2/catch.hpp>
#include <cerrno>

#include "test/text/table.h"

using namespace lvsd;
using namespace lvsd::test;

namespace {

const char* const web =
    "tcp 10.0.0.1:80 wlc\n"
    "  -> 10.0.0.2:80 NAT weight 1\n"
    "udp [2001:db8::1]:53 rr\n";

// The errno of a refusal, 0 where the kernel would obey. A refused op changes nothing.
int refusal(const Op& op) {
  Table changed = table(web);
  const std::error_code code = apply(changed, op);
  if (code) {
    CHECK(changed == table(web));
  } else {
    CHECK(changed != table(web));
  }
  return code.value();
}

AddDestination add(const char* service, const char* destination, DestinationSettings settings) {
  return {service_key(service), endpoint(destination), settings};
}

}  // namespace

TEST_CASE("what exists is not added and what does not is neither set nor removed") {
  const ServiceKey web_service = service_key("tcp 10.0.0.1:80");
  const ServiceKey none = service_key("tcp 10.0.0.9:80");
  const Endpoint server = endpoint("10.0.0.2:80");
  const Endpoint nobody = endpoint("10.0.0.9:80");
  const DestinationSettings heavy{.weight = 7};
  const ServiceSettings rr{.scheduler = "rr"};

  CHECK(refusal(AddService{web_service, rr}) == EEXIST);
  CHECK(refusal(AddService{none, rr}) == 0);
  CHECK(refusal(SetService{none, rr}) == ESRCH);
  CHECK(refusal(SetService{web_service, rr}) == 0);
  CHECK(refusal(RemoveService{none}) == ESRCH);
  CHECK(refusal(RemoveService{web_service}) == 0);

  CHECK(refusal(AddDestination{none, server, heavy}) == ESRCH);
  CHECK(refusal(AddDestination{web_service, server, heavy}) == EEXIST);
  CHECK(refusal(AddDestination{web_service, nobody, heavy}) == 0);
  CHECK(refusal(SetDestination{none, server, heavy}) == ESRCH);
  CHECK(refusal(SetDestination{web_service, nobody, heavy}) == ENOENT);
  CHECK(refusal(SetDestination{web_service, server, heavy}) == 0);
  CHECK(refusal(RemoveDestination{none, server}) == ESRCH);
  CHECK(refusal(RemoveDestination{web_service, nobody}) == ENOENT);
  CHECK(refusal(RemoveDestination{web_service, server}) == 0);
}

TEST_CASE("settings the kernel does not take are refused with its errno") {
  const char* v4 = "tcp 10.0.0.1:80";
  const char* v6 = "udp [2001:db8::1]:53";
  CHECK(refusal(add(v4, "10.0.0.3:80", {.weight = 2147483648U})) == ERANGE);
  CHECK(refusal(add(v4, "10.0.0.3:80", {.upper_threshold = 1, .lower_threshold = 2})) == ERANGE);
  CHECK(refusal(add(v4, "10.0.0.3:80", {.upper_threshold = 2147483648U})) == EINVAL);
  CHECK(refusal(add(v4, "224.0.0.1:80", {})) == EINVAL);
  CHECK(refusal(add(v4, "0.0.0.0:80", {})) == EINVAL);
  CHECK(refusal(add(v4, "255.255.255.255:80", {})) == EINVAL);
  CHECK(refusal(add(v4, "169.254.0.1:80", {})) == 0);
  CHECK(refusal(add(v6, "[fe80::5]:53", {})) == EINVAL);
  CHECK(refusal(add(v6, "[ff02::1]:53", {})) == EINVAL);
  CHECK(refusal(add(v6, "10.0.0.3:53", {.forwarding = Forwarding::direct})) == EINVAL);
  CHECK(refusal(add(v6, "10.0.0.3:53", {.forwarding = Forwarding::tunnel})) == 0);

  DestinationSettings gue{.forwarding = Forwarding::tunnel, .tunnel = {.type = TunnelType::gue}};
  CHECK(refusal(add(v4, "10.0.0.3:80", gue)) == EINVAL);
  gue.tunnel.port = 5555;
  CHECK(refusal(add(v4, "10.0.0.3:80", gue)) == 0);

  const ServiceKey dns = service_key(v6);
  CHECK(refusal(SetService{dns, {.scheduler = "rr", .persistence_netmask = 129}}) == EINVAL);
  CHECK(refusal(SetService{dns, {.scheduler = "rr", .persistence_netmask = 0}}) == EINVAL);
  CHECK(refusal(SetService{dns, {.scheduler = "sixteen_letters_", .persistence_netmask = 128}}) ==
        EINVAL);
}
