#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "daemon/kernel_writer.h"
#include "plan/controls.h"

namespace lvsd {

// Keeps what IPVS has beside its table, its timeouts and the sync daemon, as the configuration
// says. The reconciler calls it, in its own turn: there is one who writes to the kernel. What the
// configuration does not name is neither read nor changed.
class ControlKeeper {
 public:
  // REQUIRES: `kernel` outlives this.
  explicit ControlKeeper(KernelWriter& kernel);

  // From now on. A sync daemon that these settings name is ours from then on: stopped when they
  // name it no more.
  void want(const GlobalSettings& settings);

  // Sync daemons that we started in an earlier life.
  void own(const std::set<SyncRole>& roles);
  const std::set<SyncRole>& owned() const { return wanted_.owned; }

  // When bring_about is due, audits apart: at once after want, later after a failure.
  Time due() const { return due_; }

  // Reads, compares, changes what differs. A difference that we did not make ourselves is drift: a
  // line in the log for each. A failure is logged once, and due again with growing pauses.
  boost::asio::awaitable<void> bring_about();

  // Why it is not as wanted; nothing when it is.
  const std::optional<std::string>& trouble() const { return trouble_; }
  // Whether what was wanted first has been tried: set, or refused.
  bool begun() const { return begun_; }
  std::uint64_t repaired() const { return repaired_; }

 private:
  void fail(const std::string& why);
  void succeed();

  KernelWriter& kernel_;
  WantedControls wanted_;
  std::string followed_instance_;  // of VRRP, which we leave the sync daemon to
  bool begun_ = false;
  bool settled_ = false;  // has been as wanted since the last want
  Time due_ = Time::max();
  Duration pause_{};
  std::optional<std::string> trouble_;
  std::uint64_t repaired_ = 0;
};

}  // namespace lvsd
