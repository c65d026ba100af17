#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "test/kernel/test_net.h"

namespace lvsd::testing {

struct ServiceOptions {
  Family family = Family::v4;
  std::string_view method = "NAT";
  int servers = 2;
  std::string_view more = {};         // lines of the virtual server
  std::string_view more_server = {};  // lines of each real server
  int sorry = 0;                      // number of the server that is the sorry server
};

// A configuration file with the first VIP's port 80 over the servers of a TestNet, checked every
// 300 ms.
inline std::string service_config(const ServiceOptions& options) {
  const auto endpoint = [&](int number) {
    return text(server_address(options.family, number)) + " 80";
  };
  std::string out = fmt::format(
      "virtual_server {} 80 {{\n  delay_loop 0.3\n  lb_algo rr\n  lb_kind {}\n  protocol TCP\n  "
      "{}\n",
      text(vip(options.family)), options.method, options.more);
  if (options.sorry != 0) out += "  sorry_server " + endpoint(options.sorry) + "\n";
  for (int i = 1; i <= options.servers; ++i)
    out += fmt::format(
        "  real_server {} {{\n    {}\n    TCP_CHECK {{\n      connect_timeout 0.5\n      retry 0\n"
        "    }}\n  }}\n",
        endpoint(i), options.more_server);
  return out + "}\n";
}

// One with a line of global_defs before.
inline std::string global_and_service(std::string_view word, const ServiceOptions& options) {
  return fmt::format("global_defs {{\n  {}\n}}\n", word) + service_config(options);
}

// The table such a file is to give, with the given weights; -1: absent.
inline std::string service_table(const ServiceOptions& options, std::vector<int> weights) {
  std::string out = fmt::format("tcp {} rr\n", text(Endpoint{vip(options.family), 80}));
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (weights[i] >= 0)
      out +=
          fmt::format("  -> {} {} weight {}\n",
                      text(Endpoint{server_address(options.family, static_cast<int>(i) + 1), 80}),
                      options.method, weights[i]);
  return out;
}

}  // namespace lvsd::testing
