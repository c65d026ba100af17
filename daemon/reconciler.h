#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/control_keeper.h"
#include "daemon/kernel_writer.h"
#include "daemon/measured.h"
#include "model/op.h"
#include "model/table.h"
#include "plan/diff.h"
#include "plan/drift.h"
#include "plan/fights.h"

namespace lvsd {

// Brings the kernel's table to what is wanted, and keeps it there: the only one who writes it.
//
// Asked for some services any number of times, it reads those services once a turn of the loop,
// compares, and applies the difference. Every audit interval it reads everything and repairs what
// others changed, and so with what IPVS has beside its table. What fails is logged once with its
// cause and tried again, at growing intervals; the rest goes on.
class Reconciler {
 public:
  // What the kernel should hold for those of the services that are configured now.
  using Wanted = std::function<Table(const Services&)>;

  // REQUIRES: everything happens on `strand`; `kernel` outlives this.
  Reconciler(boost::asio::any_io_executor strand, KernelWriter& kernel, Wanted wanted);

  void set_audit_interval(Duration interval);

  // From now on `services` are ours: removed from the kernel when they are not wanted. Services
  // that we do not own are never touched.
  void own(Services services);
  const Services& owned() const { return owned_; }

  // What the kernel should have beside its table, from now on; done before what is requested after.
  void want(const GlobalSettings& settings);
  void own(const std::set<SyncRole>& sync_daemons) { controls_.own(sync_daemons); }
  const ControlKeeper& controls() const { return controls_; }

  // Called when some are ours no more, since the kernel has lost them.
  void on_release(std::function<void()> released) { released_ = std::move(released); }

  void request(const Services& services);

  // Requests, and waits until the kernel was brought there or that was tried and failed. Returns
  // what is still not as wanted, one sentence each.
  boost::asio::awaitable<std::vector<std::string>> reconcile(Services services);

  // The start: brings everything that is ours to what is wanted, by a reading of the kernel that
  // was made just now. Returns as reconcile does. REQUIRES: run() has not begun.
  boost::asio::awaitable<std::vector<std::string>> take_over(Table found);

  // The loop; ends by cancellation only.
  boost::asio::awaitable<void> run();

  // The last full reading of the kernel's table, begun at most `age` ago and after what we wrote
  // last. All who ask while one is under way that will do for them share it.
  boost::asio::awaitable<Result<std::shared_ptr<const Snapshot>>> snapshot(Duration age);
  // Enough for `services`: that one where it is there already, else a reading of them alone.
  boost::asio::awaitable<Result<std::shared_ptr<const Snapshot>>> snapshot(Services services,
                                                                           Duration age);

  // What lists show, without a wait for a reading of a table that takes long: then it is the last
  // one, with what we changed since read anew, and if it is older than `age` another reading begins
  // for who asks next. The audits keep it young; none is older than 15 s. Where nobody has looked
  // for five minutes, what an audit reads is not kept: the first who looks again waits for a
  // reading.
  boost::asio::awaitable<Result<Measured>> measured(Duration age = fresh_counters);
  // Somebody else here changed what the kernel has of them.
  void note_change(const Services& services);

  // Reads everything now and says what of ours is not as wanted, though nobody of ours is at it.
  boost::asio::awaitable<Result<std::vector<Drift>>> look();
  // Has an audit made now, and waits until it is over.
  boost::asio::awaitable<void> audit_now();

  // For status.
  const std::optional<Error>& trouble() const { return trouble_; }  // reading the kernel failed
  std::size_t failing() const { return retries_.size(); }           // services not as wanted
  const std::vector<Drift>& drift() const { return drift_; }  // of the last audit, not repaired yet
  std::uint64_t repaired() const { return repaired_ + controls_.repaired(); }
  // Entries that someone changes again as soon as they are repaired; a line each.
  std::vector<std::string> fights() const;
  std::optional<Time> audited() const { return audited_; }

 private:
  struct Retry {
    Time due{};
    Duration pause{};
    std::string error{};
    std::string logged{};  // the refusal that the log tells of; empty: none
  };

  using Failures = std::map<ServiceKey, std::string>;  // the first one of each service
  using IsHeld = std::function<bool(const Op&)>;       // left out of a plan for now
  // A reading of everything that is under way, until all who wait for it know its outcome.
  struct Reading {
    Reading(const boost::asio::any_io_executor& strand, Time now)
        : begun(now), over(strand, Time::max()) {}
    Time begun;
    boost::asio::steady_timer over;  // cancelled when the outcome is there
    std::optional<Result<std::shared_ptr<const Snapshot>>> outcome;
  };

  Time next_event() const;
  void take_due_retries();
  boost::asio::awaitable<void> pass();
  boost::asio::awaitable<void> bring_about(const Services& services);
  // `found`: a Snapshot, or a Table, which is used up.
  template <class Found>
  boost::asio::awaitable<void> bring_about_from(Found& found, const Services& services);
  boost::asio::awaitable<void> bring_about_slice(const Services& services, const Table& wanted,
                                                 const Table& actual);
  boost::asio::awaitable<Services> unlike(Services services, std::shared_ptr<const Snapshot> found);
  Services settled() const;
  std::vector<std::string> troubles(const Services& services) const;
  boost::asio::awaitable<void> audit();
  boost::asio::awaitable<Result<Snapshot>> read(const Services& services);
  Time oldest_of(Duration age) const;
  void begin_reading();
  boost::asio::awaitable<void> read_everything(std::shared_ptr<Reading> reading);
  void take(Snapshot table, Time begun);
  void let_go_of_reading();
  bool is_shown_as_it_is(Time now) const;
  bool is_worth_a_reading(Time now, Duration age) const;
  boost::asio::awaitable<std::optional<Error>> renew();
  Services changed_since_read() const;
  boost::asio::awaitable<Failures> apply(const Table& actual, Plan plan, IsHeld is_held);
  boost::asio::awaitable<std::vector<std::size_t>> send(std::shared_ptr<const Plan> plan,
                                                        const IsHeld& is_held, Failures& failures);
  void note_reading(const std::optional<Error>& failure);
  IsHeld held_in(const Plan& plan) const;
  void note_drift(const Plan& plan, const Table& actual, const IsHeld& is_held);
  void note_repairs(const Plan& plan, const IsHeld& is_held, const Failures& failures);
  void note_refusals(const Failures& failures);
  void note_outcome(const Services& services, const Table& wanted, const Failures& failures);
  Retry& retry_later(const ServiceKey& service, const std::string& error);

  boost::asio::any_io_executor strand_;
  KernelWriter& kernel_;
  Wanted wanted_;
  std::function<void()> released_ = [] {};
  Duration audit_interval_ = std::chrono::seconds(10);

  ControlKeeper controls_;
  Services owned_;
  Services requested_;                   // to be reconciled in the next pass
  std::map<ServiceKey, Retry> retries_;  // failed
  Time next_audit_;
  std::uint64_t audits_ = 0;  // so far
  bool auditing_ = false;
  boost::asio::steady_timer wake_;  // cancelled when there is something to do

  // Calls of reconcile() wait until a pass has taken up what they requested and is over.
  std::uint64_t requests_ = 0;
  std::uint64_t finished_ = 0;
  boost::asio::steady_timer pass_over_;  // cancelled after each pass

  std::shared_ptr<Reading> reading_;          // null: none under way
  std::shared_ptr<const Snapshot> snapshot_;  // null: none of late
  Time snapshot_at_;                          // when its reading began
  Time written_at_{};                         // when we last changed the kernel
  Duration reading_took_{};                   // that of snapshot_
  Time looked_at_{};                          // when somebody last asked what lists show
  std::map<ServiceKey, Time> changed_;        // by us, since snapshot_'s reading began
  std::shared_ptr<const std::map<ServiceKey, Renewed>> renewed_;  // of them, null: none
  std::weak_ptr<const Services> renewing_;                        // those that are read anew now
  boost::asio::steady_timer renewal_over_;                        // cancelled then
  std::optional<Error> trouble_;
  std::vector<Drift> drift_;
  Fights fights_;
  std::uint64_t repaired_ = 0;
  std::optional<Time> audited_;
};

}  // namespace lvsd
