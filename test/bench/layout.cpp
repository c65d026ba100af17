#include "test/bench/layout.h"

#include <fmt/format.h>

#include <iterator>

namespace lvsd::bench {

namespace {

Address address(std::uint32_t host_order) {
  Address result;
  for (unsigned i = 0; i < 4; ++i)
    result.bytes[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return result;
}

void open_block(std::string& out, const Address& vip) {
  fmt::format_to(std::back_inserter(out),
                 "virtual_server {} 80 {{\n  lvs_sched wlc\n  lvs_method NAT\n  protocol TCP\n",
                 text(vip));
}

void add_real_server(std::string& out, std::uint32_t address_bits, std::uint32_t weight) {
  fmt::format_to(std::back_inserter(out), "  real_server {} 80 {{\n    weight {}\n  }}\n",
                 text(address(address_bits)), weight);
}

void add_checked(std::string& out, std::uint32_t index) {
  open_block(out, address(0x0a030000 + index));  // 10.3.0.0 on
  fmt::format_to(std::back_inserter(out),
                 "  delay_loop 5\n  real_server {} {} {{\n    TCP_CHECK {{\n"
                 "      connect_timeout 1\n      retry 0\n    }}\n  }}\n}}\n",
                 text(address(0x7f010001 + index)), checked_port);
}

}  // namespace

ServiceKey service(std::uint32_t index) {
  return address_service(Protocol::tcp, {address(0x0a010000 + index), 80});  // 10.1.0.0 on
}

std::string text(const Layout& layout) {
  std::string out;
  for (std::uint32_t i = 0; i < layout.services; ++i) {
    const bool is_middle = i == layout.services / 2;
    open_block(out, service(i).address);
    for (std::uint32_t k = 0; k < layout.servers; ++k)
      add_real_server(out, 0x0a020000 + i % 100 * 100 + k,  // 10.2.0.0 on
                      is_middle && k == 0 ? layout.weight : 1);
    for (std::uint32_t k = 0; is_middle && k < layout.more_servers; ++k)
      add_real_server(out, 0x0a040000 + k, 1);  // 10.4.0.0 on
    out += "}\n";
  }
  for (std::uint32_t i = 0; i < layout.checked; ++i)
    add_checked(out, i);
  return out;
}

}  // namespace lvsd::bench
