#include "daemon/netlink_kernel.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "daemon/kernel_error.h"
#include "daemon/netlink_question.h"
#include "netlink/control_codec.h"
#include "netlink/refusal.h"

namespace lvsd {

namespace {

// What generic netlink itself answers to a family number that is nobody's, or that another family
// has got; IPVS has both answers of its own as well.
bool may_be_stale_family(const std::error_code& code) {
  return code == std::errc::no_such_file_or_directory || code == std::errc::operation_not_supported;
}

template <class AnyOp>
void fail_all(std::span<const AnyOp> ops, std::size_t first, const Error& error,
              std::vector<OpFailure>& failures) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    failures.push_back({first + i, within(text(ops[i]), error)});
}

// What became of each change of a batch. The kernel says of every failure without being asked; only
// the fence after them is to be acknowledged.
class BatchOutcome {
 public:
  BatchOutcome(std::uint32_t first_sequence, std::size_t size)
      : first_sequence_(first_sequence), errnos_(size) {}

  // Whether this was the answer to the fence.
  bool take(const Message& message) {
    if (message.type != NLMSG_ERROR) return false;
    const std::size_t op = message.sequence - first_sequence_;
    if (op == errnos_.size()) return true;
    errnos_[op] = verdict_of(message).value_or(EBADMSG);
    return false;
  }

  std::span<const int> errnos() const { return errnos_; }

 private:
  std::uint32_t first_sequence_;
  std::vector<int> errnos_;  // 0: done, or nothing heard
};

}  // namespace

NetlinkKernel::NetlinkKernel(NetlinkSession::Connect connect, const NetlinkOptions& options)
    : session_(std::move(connect), options.timeout), options_(options) {}

Result<std::unique_ptr<NetlinkKernel>> NetlinkKernel::open(NetlinkSession::Connect connect,
                                                           const NetlinkOptions& options) {
  std::unique_ptr<NetlinkKernel> kernel(new NetlinkKernel(std::move(connect), options));
  // Resolving the family needs no capability; this does.
  if (const auto info = kernel->info(); !info) return info.error();
  return kernel;
}

bool NetlinkKernel::may_pass(const Error& error) {
  if (may_be_stale_family(error.code)) return session_.family_changed();
  if (error.code == std::errc::device_or_resource_busy) session_.disconnect();
  return error.code == kernel_errc::bad_answer ||
         error.code == std::errc::device_or_resource_busy ||
         error.code == std::errc::no_buffer_space || error.code == std::errc::interrupted;
}

template <class Attempt>
auto NetlinkKernel::repeated(Attempt attempt) -> decltype(attempt()) {
  for (int i = 1;; ++i) {
    auto result = attempt();
    if (result || i >= options_.dump_attempts || !may_pass(result.error())) return result;
  }
}

Result<KernelInfo> NetlinkKernel::info() {
  return repeated([this]() -> Result<KernelInfo> {
    KernelInfo info;
    const auto asked = ask(session_, {.attempt = "asking for the IPVS version",
                                      .write = append_get_info,
                                      .take = [&info](const Message& message) -> Result<void> {
                                        const auto answer = ipvs_info(message);
                                        if (!answer) return answer.error();
                                        info = {answer->version, answer->connection_table_size};
                                        return {};
                                      }});
    if (!asked) return asked.error();
    return info;
  });
}

Result<Snapshot> NetlinkKernel::dump() {
  return repeated([this] { return dump_once(); });
}

Result<std::optional<ServiceSnapshot>> NetlinkKernel::dump(const ServiceKey& service) {
  return repeated([this, &service] { return dump_once(service); });
}

Result<Controls> NetlinkKernel::controls() {
  return repeated([this] { return controls_once(); });
}

namespace {

Question question_for_service(const ServiceKey& service, std::optional<ServiceEntry>& found) {
  return {.attempt = "reading",
          .service = &service,
          .write = [&service](
                       Bytes& out,
                       const RequestHeader& header) { append_get_service(out, header, service); },
          .take = [&found](const Message& message) -> Result<void> {
            auto entry = service_entry(message);
            if (!entry) return entry.error();
            found = std::move(*entry);
            return {};
          }};
}

struct DestinationList {
  std::vector<std::pair<DestinationKey, DestinationSnapshot>> entries;
  std::uint64_t datagram = 0;  // that brought the first
  bool at_once = true;         // and all the others
};

Question question_for_destinations(const ServiceKey& service, const NetlinkSession& session,
                                   DestinationList& found) {
  return {.attempt = "listing the destinations of",
          .service = &service,
          .is_list = true,
          .write =
              [&service](Bytes& out, const RequestHeader& header) {
                append_get_destinations(out, header, service);
              },
          .take = [&found, &service, &session](const Message& message) -> Result<void> {
            const auto entry = destination_entry(message, service.family);
            if (!entry) return entry.error();
            if (found.entries.empty()) found.datagram = session.datagrams();
            found.at_once = found.at_once && found.datagram == session.datagrams();
            found.entries.emplace_back(entry->key,
                                       DestinationSnapshot{entry->settings, entry->counters});
            return {};
          }};
}

// Sorted once, in memory of just the size: the kernel lists the newest first, and a table is long.
void sort(DestinationList& list) {
  auto& entries = list.entries;
  std::ranges::sort(entries, {}, [](const auto& entry) { return entry.first; });
  const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
  entries.erase(std::unique(entries.begin(), entries.end(), same_key), entries.end());
}

void add_destinations(Service& service, DestinationList& list) {
  sort(list);
  service.destinations.reserve(list.entries.size());
  for (const auto& [key, destination] : list.entries)
    service.destinations.emplace_hint(service.destinations.end(), key, destination.settings);
}

void add_destinations(ServiceSnapshot& service, DestinationList& list) {
  sort(list);
  auto& entries = list.entries;
  service.at_once = list.at_once;
  service.destinations.reserve(entries.size());
  service.destinations.insert(boost::container::ordered_unique_range, entries.begin(),
                              entries.end());
}

ServiceSnapshot snapshot_of(ServiceEntry&& entry) {
  return {std::move(entry.settings), entry.traffic, {}};
}

bool is_no_service(const Result<void>& outcome) {
  return !outcome && outcome.error().code == std::errc::no_such_process;
}

}  // namespace

// Services are listed into `services` at once, since a table is long; those that have gone
// meanwhile leave it. `take`: has the destinations of one.
template <class Services, class Take>
Result<void> NetlinkKernel::read_destinations(Services& services, Take take) {
  DestinationList found;  // one for all, for its capacity
  for (auto at = services.begin(); at != services.end();) {
    found.entries.clear();
    found.at_once = true;
    const auto asked = ask(session_, question_for_destinations(at->first, session_, found));
    if (!asked) return asked.error();
    if (found.entries.empty()) {
      const auto still = exists(at->first);
      if (!still) return still.error();
      if (!*still) {
        at = services.erase(at);
        continue;
      }
    }
    take(at->first, at->second, found);
    ++at;
  }
  return {};
}

Result<Snapshot> NetlinkKernel::dump_once() {
  Snapshot snapshot;
  const auto listed = list_services([&snapshot](ServiceEntry&& entry) {
    const ServiceKey key = entry.key;
    snapshot.insert_or_assign(key, snapshot_of(std::move(entry)));
  });
  if (!listed) return listed.error();
  const auto take = [](const ServiceKey&, ServiceSnapshot& service, DestinationList& found) {
    add_destinations(service, found);
  };
  if (const auto read = read_destinations(snapshot, take); !read) return read.error();
  return snapshot;
}

Result<TableReading> NetlinkKernel::read_table() {
  return repeated([this]() -> Result<TableReading> {
    TableReading reading;
    const auto listed = list_services([&reading](ServiceEntry&& entry) {
      reading.table.insert_or_assign(entry.key, Service{std::move(entry.settings), {}});
    });
    if (!listed) return listed.error();
    const auto take = [&reading](const ServiceKey& key, Service& service, DestinationList& found) {
      if (!found.at_once) reading.in_pieces.push_back(key);
      add_destinations(service, found);
    };
    if (const auto read = read_destinations(reading.table, take); !read) return read.error();
    return reading;
  });
}

Result<std::set<ServiceKey>> NetlinkKernel::services() {
  return repeated([this]() -> Result<std::set<ServiceKey>> {
    std::set<ServiceKey> keys;
    const auto listed = list_services([&keys](ServiceEntry&& entry) { keys.insert(entry.key); });
    if (!listed) return listed.error();
    return keys;
  });
}

Result<std::optional<ServiceSnapshot>> NetlinkKernel::dump_once(const ServiceKey& service) {
  std::optional<ServiceEntry> entry;
  DestinationList found;
  std::array questions{question_for_service(service, entry),
                       question_for_destinations(service, session_, found)};
  if (const auto asked = ask(session_, questions); !asked) return asked.error();
  if (is_no_service(questions[0].outcome)) return std::optional<ServiceSnapshot>();
  for (const Question& question : questions)
    if (!question.outcome) return question.outcome.error();
  if (found.entries.empty()) {
    const auto still = exists(service);
    if (!still) return still.error();
    if (!*still) return std::optional<ServiceSnapshot>();
  }
  ServiceSnapshot snapshot = snapshot_of(*std::move(entry));
  add_destinations(snapshot, found);
  return std::optional(std::move(snapshot));
}

Result<void> NetlinkKernel::list_services(const std::function<void(ServiceEntry&&)>& take) {
  return ask(session_, {.attempt = "listing the services",
                        .is_list = true,
                        .write = append_get_services,
                        .take = [&take](const Message& message) -> Result<void> {
                          auto entry = service_entry(message);
                          if (entry)
                            take(std::move(*entry));
                          else if (entry.error().code != codec_errc::unnameable)
                            return entry.error();
                          return {};
                        }});
}

Result<bool> NetlinkKernel::exists(const ServiceKey& service) {
  std::optional<ServiceEntry> found;
  const auto asked = ask(session_, question_for_service(service, found));
  if (!asked && !is_no_service(asked)) return asked.error();
  return found.has_value();
}

Result<Controls> NetlinkKernel::controls_once() {
  Controls controls;
  std::array questions{Question{.attempt = "reading the timeouts",
                                .write = append_get_timeouts,
                                .take = [&controls](const Message& message) -> Result<void> {
                                  const auto timeouts = timeouts_entry(message);
                                  if (!timeouts) return timeouts.error();
                                  controls.timeouts = *timeouts;
                                  return {};
                                }},
                       Question{.attempt = "listing the sync daemons",
                                .is_list = true,
                                .write = append_get_sync,
                                .take = [&controls](const Message& message) -> Result<void> {
                                  const auto daemon = sync_entry(message);
                                  if (!daemon) return daemon.error();
                                  controls.sync.insert(*daemon);
                                  return {};
                                }}};
  if (const auto asked = ask(session_, questions); !asked) return asked.error();
  for (const Question& question : questions)
    if (!question.outcome) return question.outcome.error();
  return controls;
}

std::vector<OpFailure> NetlinkKernel::apply(const Plan& plan) {
  return apply_all(std::span(plan));
}

template <class AnyOp>
std::vector<OpFailure> NetlinkKernel::apply_all(std::span<const AnyOp> ops) {
  std::vector<OpFailure> failures;
  for (std::size_t at = 0; at < ops.size();) {
    const auto batch = ops.subspan(at, std::min<std::size_t>(options_.batch, ops.size() - at));
    const bool go_on = apply_batch(batch, at, failures);
    at += batch.size();
    if (!go_on) {
      fail_all(ops.subspan(at), at, Error{kernel_errc::not_attempted, {}}, failures);
      break;
    }
  }
  return failures;
}

template <class AnyOp>
bool NetlinkKernel::apply_batch(std::span<const AnyOp> batch, std::size_t first,
                                std::vector<OpFailure>& failures) {
  const auto family = session_.family();
  if (!family) {
    fail_all(batch, first, family.error(), failures);
    return false;
  }
  const auto size = static_cast<std::uint32_t>(batch.size());
  const std::uint32_t sequence = session_.sequences(size + 1);
  batch_.clear();
  for (std::uint32_t i = 0; i < size; ++i)
    append_request(batch_, {*family, sequence + i, 0}, batch[i]);
  append_fence(batch_, sequence + size);

  const Time start = Time::clock::now();
  BatchOutcome outcome(sequence, batch.size());
  const auto exchanged =
      session_.exchange(batch_, sequence, size + 1,
                        [&outcome](const Message& message) { return outcome.take(message); });
  const bool stale = exchanged &&
                     std::ranges::any_of(outcome.errnos(),
                                         [](int value) {
                                           return may_be_stale_family({value, errno_category()});
                                         }) &&
                     session_.family_changed();

  for (std::size_t i = 0; i < batch.size(); ++i) {
    const int value = outcome.errnos()[i];
    if (stale && may_be_stale_family({value, errno_category()}))
      failures.push_back(
          {first + i, within(text(batch[i]), Error{kernel_errc::module_reloaded, {}})});
    else if (value != 0)
      failures.push_back({first + i, refusal(batch[i], value)});
    else if (!exchanged)
      failures.push_back({first + i, within(text(batch[i]), Error{kernel_errc::unknown_outcome,
                                                                  exchanged.error().context})});
  }
  return exchanged && !stale && Time::clock::now() - start < session_.timeout();
}

std::vector<OpFailure> NetlinkKernel::apply(const ControlPlan& plan) {
  auto failures = apply_all(std::span(plan));
  // The kernel may let the result of the daemon's own thread out (EAGAIN) though it has ended.
  const auto may_have_stopped = [&plan](const OpFailure& failure) {
    return std::holds_alternative<StopSync>(plan[failure.op]) &&
           failure.error.code == std::errc::resource_unavailable_try_again;
  };
  if (std::ranges::none_of(failures, may_have_stopped)) return failures;
  if (const auto now = controls()) {
    std::erase_if(failures, [&](const OpFailure& failure) {
      return may_have_stopped(failure) &&
             !now->sync.contains(std::get<StopSync>(plan[failure.op]).role);
    });
  }
  return failures;
}

}  // namespace lvsd
