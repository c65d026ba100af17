#include "daemon/module_loading_kernel.h"

#include <fmt/format.h>

#include <algorithm>

#include "daemon/kernel_error.h"
#include "daemon/kernel_module.h"

namespace lvsd {

namespace {

// Their init takes pernet_ops_rwsem (register_pernet_subsys), which a namespace on its way out
// holds.
bool can_deadlock(const std::string& module) {
  return module == "ip_vs_lblc" || module == "ip_vs_lblcr";
}

const ServiceSettings* settings_of(const Op& op) {
  if (const auto* add = std::get_if<AddService>(&op)) return &add->settings;
  if (const auto* set = std::get_if<SetService>(&op)) return &set->settings;
  return nullptr;
}

// Why the op must not be sent; empty when it may.
std::string objection(const Op& op, const std::set<std::string>& missing) {
  const ServiceSettings* settings = settings_of(op);
  if (settings == nullptr) return {};
  for (const std::string& module : kernel_modules(*settings))
    if (missing.contains(module) && can_deadlock(module))
      return fmt::format(
          "the kernel could deadlock loading {0} by itself, load it first (modprobe {0})", module);
  return {};
}

}  // namespace

ModuleLoader system_module_loader() {
  return {is_module_loaded, [](const std::string& module) { return load_module(module); }};
}

ModuleLoadingKernel::ModuleLoadingKernel(std::unique_ptr<Kernel> kernel, ModuleLoader loader)
    : kernel_(std::move(kernel)), loader_(std::move(loader)) {}

bool ModuleLoadingKernel::have(const std::string& module) {
  if (loaded_.contains(module)) return true;
  // What loading it had to say does not matter: the kernel tries again, and says what is missing.
  if (!loader_.is_loaded(module)) (void)loader_.load(module);
  if (!loader_.is_loaded(module)) return false;
  loaded_.insert(module);
  return true;
}

std::set<std::string> ModuleLoadingKernel::missing(const Plan& plan) {
  std::set<std::string> modules;
  for (const Op& op : plan)
    if (const ServiceSettings* settings = settings_of(op))
      for (std::string& module : kernel_modules(*settings))
        modules.insert(std::move(module));
  std::erase_if(modules, [this](const std::string& module) { return have(module); });
  return modules;
}

std::vector<OpFailure> ModuleLoadingKernel::apply(const Plan& plan) {
  const auto lacking = missing(plan);
  if (std::ranges::none_of(lacking, can_deadlock)) return kernel_->apply(plan);

  std::vector<OpFailure> failures;
  Plan allowed;
  std::vector<std::size_t> places;  // in `plan`, of the ops of `allowed`
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (const auto reason = objection(plan[i], lacking); !reason.empty()) {
      failures.push_back({i, within(text(plan[i]), Error{kernel_errc::needs_module, reason})});
    } else {
      allowed.push_back(plan[i]);
      places.push_back(i);
    }
  }
  for (OpFailure& failure : kernel_->apply(allowed))
    failures.push_back({places[failure.op], std::move(failure.error)});
  std::ranges::sort(failures, {}, &OpFailure::op);
  return failures;
}

}  // namespace lvsd
