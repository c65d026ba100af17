// What clients send as ?filter=.
#include <cstdint>
#include <string_view>

#include "api/filter.h"
#include "api/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lvsd::api;
  const auto filter = Filter::parse({reinterpret_cast<const char*>(data), size});
  if (!filter) return 0;
  ServerView server{.service = "web", .server = "web01", .state = "ACTIVE"};
  server.checks.emplace(1);
  filter->unknown_field(fields_of(server));
  filter->holds(fields_of(server));
  return 0;
}
