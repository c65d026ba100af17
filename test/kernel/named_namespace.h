#pragma once

#include <filesystem>
#include <string>

#include "test/kernel/network_namespace.h"

namespace lvsd::testing {

// A namespace under a name, as `ip netns` gives one; the name goes with the object.
class NamedNamespace {
 public:
  NamedNamespace(const NetworkNamespace& net, const std::string& name);
  ~NamedNamespace();
  NamedNamespace(const NamedNamespace&) = delete;
  NamedNamespace& operator=(const NamedNamespace&) = delete;

 private:
  std::filesystem::path path_;
};

}  // namespace lvsd::testing
