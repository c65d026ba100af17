#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>

#include "model/check.h"
#include "model/server_policy.h"

namespace lvsd {

// One object for all checks, and for all server policies, that say the same.
class Intern {
 public:
  std::shared_ptr<const CheckSettings> operator()(CheckSettings settings);
  std::shared_ptr<const ServerPolicy> operator()(ServerPolicy policy);

 private:
  std::unordered_multimap<std::size_t, std::shared_ptr<const CheckSettings>> checks_;
  std::unordered_multimap<std::size_t, std::shared_ptr<const ServerPolicy>> policies_;
};

}  // namespace lvsd
