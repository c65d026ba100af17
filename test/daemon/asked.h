#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "test/daemon/site.h"

namespace lvsd::test {

// What the API answers to a path below /api/v1, which has to be with `status`.
inline nlohmann::json asked(const Site& site, const std::string& method, const std::string& path,
                            int status = 200) {
  const auto answer = site.ask(method, "/api/v1/" + path);
  INFO(path << ": " << answer.body);
  CHECK(answer.status == status);
  return nlohmann::json::parse(answer.body);
}

}  // namespace lvsd::test
