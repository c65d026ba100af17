#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

#include "model/check.h"
#include "model/server_policy.h"

namespace lvsd {

// One object for checks, and one for server policies, that say the same, so that large files take
// little memory.
class Intern {
 public:
  std::shared_ptr<const CheckSettings> operator()(CheckSettings settings);
  std::shared_ptr<const ServerPolicy> operator()(ServerPolicy policy);

 private:
  // By hash: those that have it.
  template <class Value>
  using Known = std::unordered_map<std::size_t, std::vector<std::shared_ptr<const Value>>>;
  Known<CheckSettings> checks_;
  Known<ServerPolicy> policies_;
};

}  // namespace lvsd
