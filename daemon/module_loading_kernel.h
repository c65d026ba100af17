#pragma once

// Linux loads a missing scheduler from inside the command that needs it, with IPVS's mutex held.
// For lblc, lblcr and ftp, whose modules register with every network namespace, that deadlocks with
// any namespace that goes away at the time: whoever touches IPVS then hangs until the caller is
// killed. So modules are looked for, and loaded, before the kernel is asked.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/kernel.h"

namespace lvsd {

// What is there and how it is loaded; tests have their own.
struct ModuleLoader {
  std::function<bool(const std::string&)> is_loaded;
  std::function<Result<void>(const std::string&)> load;
};
ModuleLoader system_module_loader();

// Another Kernel, with the modules of new schedulers and persistence engines loaded beforehand.
// Where they cannot be loaded (we are not root), most services are written all the same, since the
// kernel can load them; those that could deadlock are refused with kernel_errc::needs_module.
class ModuleLoadingKernel final : public Kernel {
 public:
  explicit ModuleLoadingKernel(std::unique_ptr<Kernel> kernel,
                               ModuleLoader loader = system_module_loader());

  Result<KernelInfo> info() override { return kernel_->info(); }
  Result<Snapshot> dump() override { return kernel_->dump(); }
  Result<TableReading> read_table() override { return kernel_->read_table(); }
  Result<std::set<ServiceKey>> services() override { return kernel_->services(); }
  Result<std::optional<ServiceSnapshot>> dump(const ServiceKey& service) override {
    return kernel_->dump(service);
  }
  Result<Controls> controls() override { return kernel_->controls(); }
  std::vector<OpFailure> apply(const ControlPlan& plan) override { return kernel_->apply(plan); }

  std::vector<OpFailure> apply(const Plan& plan) override;

 private:
  // Modules that are needed and neither there nor to be had from us.
  std::set<std::string> missing(const Plan& plan);
  bool have(const std::string& module);

  std::unique_ptr<Kernel> kernel_;
  ModuleLoader loader_;
  std::set<std::string> loaded_;  // once there, a scheduler in use stays
};

}  // namespace lvsd
