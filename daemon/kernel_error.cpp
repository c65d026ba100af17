#include "daemon/kernel_error.h"

#include <string>

namespace lvsd {

namespace {

class KernelCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "kernel"; }
  std::string message(int code) const override {
    switch (static_cast<kernel_errc>(code)) {
      case kernel_errc::no_ipvs:
        return "the kernel has no IPVS (is the ip_vs module installed?)";
      case kernel_errc::no_answer:
        return "the kernel does not answer";
      case kernel_errc::unknown_outcome:
        return "outcome unknown";
      case kernel_errc::not_attempted:
        return "not attempted";
      case kernel_errc::module_reloaded:
        return "the ip_vs module was reloaded";
      case kernel_errc::bad_answer:
        return "unusable answer from the kernel";
      case kernel_errc::needs_module:
        return "kernel module not loaded";
      case kernel_errc::busy:
        return "too many requests wait for the kernel";
    }
    return "?";
  }
};

}  // namespace

std::error_code make_error_code(kernel_errc code) {
  static const KernelCategory category;
  return {static_cast<int>(code), category};
}

}  // namespace lvsd
