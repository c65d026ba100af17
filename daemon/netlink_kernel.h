#pragma once

// What the verbs of Kernel are in netlink messages: which are sent, what their answers say, what is
// made of an answer that is late, lost, broken off or a refusal.

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "daemon/kernel.h"
#include "daemon/netlink_session.h"
#include "netlink/ipvs_codec.h"

namespace lvsd {

struct NetlinkOptions {
  Duration timeout = std::chrono::seconds(5);  // for one exchange: a batch, or one list
  std::uint32_t batch = 500;                   // changes sent at once
  int dump_attempts = 3;                       // for a dump that comes truncated or broken off
};

// The kernel's IPVS table over generic netlink. Lives on one thread, which it may block for as long
// as the kernel takes: a send is the execution, and the timeout bounds only the wait for answers.
class NetlinkKernel final : public Kernel {
 public:
  // Errors: kernel_errc::no_ipvs; EPERM without CAP_NET_ADMIN in the initial user namespace.
  static Result<std::unique_ptr<NetlinkKernel>> open(NetlinkSession::Connect connect,
                                                     const NetlinkOptions& options = {});

  Result<KernelInfo> info() override;

  // A service that the model has no name for (of protocol 47, say) is a stranger's and left out.
  Result<Snapshot> dump() override;
  Result<TableReading> read_table() override;
  Result<std::set<ServiceKey>> services() override;
  Result<std::optional<ServiceSnapshot>> dump(const ServiceKey& service) override;

  // In batches. After one whose outcome is unknown, or which took longer than the timeout, the rest
  // is not attempted: what to do next is to be decided on a fresh dump.
  std::vector<OpFailure> apply(const Plan& plan) override;

  Result<Controls> controls() override;
  std::vector<OpFailure> apply(const ControlPlan& plan) override;

  const NetlinkSession::Dropped& dropped() const { return session_.dropped(); }

 private:
  NetlinkKernel(NetlinkSession::Connect connect, const NetlinkOptions& options);

  Result<Snapshot> dump_once();
  // Calls `take` with every service and its list of destinations; those that are gone leave.
  template <class Services, class Take>
  Result<void> read_destinations(Services& services, Take take);
  Result<std::optional<ServiceSnapshot>> dump_once(const ServiceKey& service);
  Result<Controls> controls_once();
  // All services, as they come.
  Result<void> list_services(const std::function<void(ServiceEntry&&)>& take);
  // Asked where the list of destinations is empty, which it also is without the service.
  Result<bool> exists(const ServiceKey& service);

  // The result of `attempt`, made again while it is a passing trouble that kept it from one.
  template <class Attempt>
  auto repeated(Attempt attempt) -> decltype(attempt());
  bool may_pass(const Error& error);

  template <class AnyOp>
  std::vector<OpFailure> apply_all(std::span<const AnyOp> ops);
  // Whether the ops after this batch may be sent.
  template <class AnyOp>
  bool apply_batch(std::span<const AnyOp> batch, std::size_t first,
                   std::vector<OpFailure>& failures);

  NetlinkSession session_;
  NetlinkOptions options_;
  Bytes batch_;  // kept for its capacity
};

}  // namespace lvsd
