#include "test/fakes/fake_netlink.h"

#include <cerrno>

#include "daemon/kernel_error.h"
#include "netlink/ipvs_codec.h"

namespace lvsd::test {

namespace {

bool is_change(std::uint8_t command) {
  switch (command) {
    case IPVS_CMD_NEW_SERVICE:
    case IPVS_CMD_SET_SERVICE:
    case IPVS_CMD_DEL_SERVICE:
    case IPVS_CMD_NEW_DEST:
    case IPVS_CMD_SET_DEST:
    case IPVS_CMD_DEL_DEST:
    case IPVS_CMD_NEW_DAEMON:
    case IPVS_CMD_DEL_DAEMON:
    case IPVS_CMD_SET_CONFIG:
    case IPVS_CMD_ZERO:
    case IPVS_CMD_FLUSH:
      return true;
    default:
      return false;
  }
}

void append_raw(Bytes& out, const nlmsghdr& header, BytesView payload) {
  nlmsghdr whole = header;
  whole.nlmsg_len = static_cast<std::uint32_t>(sizeof header + payload.size());
  const auto bytes = std::as_bytes(std::span(&whole, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
  out.insert(out.end(), payload.begin(), payload.end());
  out.resize((out.size() + 3) & ~std::size_t{3});
}

}  // namespace

// One socket: the answers that wait in it, and the dump it is in the middle of.
class FakeSocket final : public NetlinkTransport {
 public:
  explicit FakeSocket(FakeNetlink& kernel) : kernel_(kernel) {}

  Result<std::uint16_t> resolve_ipvs() override {
    const std::lock_guard guard(kernel_.lock_);
    if (!kernel_.present) return Error{kernel_errc::no_ipvs, "asking the kernel for IPVS"};
    return kernel_.family_;
  }

  Result<void> send(BytesView datagram) override;
  Result<Datagram> receive(Deadline& deadline) override;

 private:
  struct Dump {
    Message request;
    std::uint8_t command = 0;
    Bytes attributes;
    std::size_t position = 0;  // an index: what others add or remove shifts the rest
  };

  Result<void> serve(const Message& request);
  int answer(const Message& request, const GenericPayload& payload);
  int answer_question(const Message& request, const GenericPayload& payload);
  int start_dump(const Message& request, const GenericPayload& payload);
  void continue_dump();
  void dump_services(Bytes& out);
  void dump_destinations(Bytes& out);
  void dump_sync(Bytes& out);
  template <class Body>
  void append_answer(Bytes& out, const Message& request, std::uint16_t flags, std::uint8_t command,
                     Body body);
  void acknowledge(const Message& request, int error);
  void queue(Bytes bytes);

  FakeNetlink& kernel_;
  std::deque<FakeAnswer> answers_;
  std::deque<FakeAnswer> fresh_;  // of the datagram being served
  std::optional<Dump> dump_;
  bool overflowed_ = false;
  bool dead_ = false;
  Bytes current_;
};

Result<void> FakeSocket::send(BytesView datagram) {
  if (dead_) return system_failure(ENOTCONN, "sending to the kernel");
  fresh_.clear();
  MessageReader reader(datagram);
  while (const auto request = reader.next())
    if (const auto served = serve(*request); !served) return served;
  if (kernel_.on_answers) kernel_.on_answers(fresh_);
  for (FakeAnswer& one : fresh_) {
    if (answers_.size() < kernel_.room)
      answers_.push_back(std::move(one));
    else
      overflowed_ = true;
  }
  return {};
}

Result<void> FakeSocket::serve(const Message& request) {
  if (request.type < NLMSG_MIN_TYPE) {
    const std::lock_guard guard(kernel_.lock_);
    if ((request.flags & NLM_F_ACK) != 0) acknowledge(request, 0);
    return {};
  }
  const auto payload = generic_payload(request);
  if (!payload) return {};
  FakeRequest fate{.command = payload->command, .is_change = is_change(payload->command)};
  {
    const std::lock_guard guard(kernel_.lock_);
    fate.number = kernel_.requests_++;
    fate.change = fate.is_change ? kernel_.changes_++ : 0;
  }
  if (kernel_.on_request) kernel_.on_request(fate);
  if (fate.kill_socket) {
    dead_ = true;
    return system_failure(ENOTCONN, "sending to the kernel");
  }
  const std::lock_guard guard(kernel_.lock_);
  const std::size_t before = fresh_.size();
  int error = fate.refuse_with != 0 ? fate.refuse_with : answer(request, *payload);
  if (fate.answer_with != 0) error = fate.answer_with;
  if (error >= 0 && error != EINTR && (error > 0 || (request.flags & NLM_F_ACK) != 0))
    acknowledge(request, error);
  if (fate.lose_answer || fate.overflow) fresh_.resize(before);
  overflowed_ = overflowed_ || fate.overflow;
  return {};
}

// The errno, 0, or -1 where no acknowledgement is ever sent (a dump that began).
int FakeSocket::answer(const Message& request, const GenericPayload& payload) {
  if (!kernel_.present || request.type != kernel_.family_) return ENOENT;
  if (payload.command == 0 || payload.command > IPVS_CMD_MAX ||
      payload.command == IPVS_CMD_SET_INFO)
    return EOPNOTSUPP;
  if (!kernel_.capable) return EPERM;
  if ((request.flags & NLM_F_DUMP) == NLM_F_DUMP) return start_dump(request, payload);
  if (is_change(payload.command)) return kernel_.ipvs_.change(payload.command, payload.attributes);
  return answer_question(request, payload);
}

int FakeSocket::answer_question(const Message& request, const GenericPayload& payload) {
  Bytes out;
  if (payload.command == IPVS_CMD_GET_INFO) {
    append_answer(out, request, 0, IPVS_CMD_SET_INFO, [](AttributeWriter& to) {
      to.number(IPVS_INFO_ATTR_VERSION, std::uint32_t{0x010201});
      to.number(IPVS_INFO_ATTR_CONN_TAB_SIZE, std::uint32_t{4096});
    });
  } else if (payload.command == IPVS_CMD_GET_CONFIG) {
    append_answer(out, request, 0, IPVS_CMD_SET_CONFIG,
                  [this](AttributeWriter& to) { kernel_.ipvs_.fill_timeouts(to); });
  } else if (payload.command == IPVS_CMD_GET_SERVICE) {
    const FakeService* service = nullptr;
    if (const int error = kernel_.ipvs_.find(payload.attributes, service); error != 0) return error;
    append_answer(out, request, 0, IPVS_CMD_NEW_SERVICE, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_SERVICE, [&] { kernel_.ipvs_.fill(to, *service); });
    });
  } else {
    return EOPNOTSUPP;
  }
  queue(std::move(out));
  return 0;
}

int FakeSocket::start_dump(const Message& request, const GenericPayload& payload) {
  if (dump_) return EBUSY;
  if (payload.command != IPVS_CMD_GET_SERVICE && payload.command != IPVS_CMD_GET_DEST &&
      payload.command != IPVS_CMD_GET_DAEMON)
    return EOPNOTSUPP;
  dump_ = Dump{request, payload.command,
               Bytes(payload.attributes.begin(), payload.attributes.end()), 0};
  dump_->request.payload = {};
  continue_dump();
  return -1;
}

void FakeSocket::continue_dump() {
  Bytes out;
  if (dump_->command == IPVS_CMD_GET_SERVICE)
    dump_services(out);
  else if (dump_->command == IPVS_CMD_GET_DEST)
    dump_destinations(out);
  else
    dump_sync(out);
  if (out.empty()) {
    const std::int32_t success = 0;
    append_raw(out,
               {.nlmsg_len = 0,
                .nlmsg_type = NLMSG_DONE,
                .nlmsg_flags = NLM_F_MULTI,
                .nlmsg_seq = dump_->request.sequence,
                .nlmsg_pid = 0},
               std::as_bytes(std::span(&success, 1)));
    dump_.reset();
  }
  queue(std::move(out));
}

void FakeSocket::dump_services(Bytes& out) {
  const auto& services = kernel_.ipvs_.services;
  for (; dump_->position < services.size(); ++dump_->position) {
    Bytes one;
    append_answer(one, dump_->request, NLM_F_MULTI, IPVS_CMD_NEW_SERVICE, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_SERVICE, [&] { kernel_.ipvs_.fill(to, services[dump_->position]); });
    });
    if (out.size() + one.size() > kernel_.chunk_size) return;
    out.insert(out.end(), one.begin(), one.end());
  }
}

void FakeSocket::dump_destinations(Bytes& out) {
  const FakeService* service = kernel_.ipvs_.service_of_list(dump_->attributes);
  if (service == nullptr) return;
  for (; dump_->position < service->destinations.size(); ++dump_->position) {
    Bytes one;
    append_answer(one, dump_->request, NLM_F_MULTI, IPVS_CMD_NEW_DEST, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_DEST,
              [&] { kernel_.ipvs_.fill(to, service->destinations[dump_->position]); });
    });
    if (out.size() + one.size() > kernel_.chunk_size) return;
    out.insert(out.end(), one.begin(), one.end());
  }
}

void FakeSocket::dump_sync(Bytes& out) {
  for (; dump_->position < 2; ++dump_->position) {
    const auto role = static_cast<SyncRole>(dump_->position + 1);
    if (!kernel_.ipvs_.controls.sync.contains(role)) continue;
    append_answer(out, dump_->request, NLM_F_MULTI, IPVS_CMD_NEW_DAEMON, [&](AttributeWriter& to) {
      to.nest(IPVS_CMD_ATTR_DAEMON, [&] { kernel_.ipvs_.fill_sync(to, role); });
    });
  }
}

template <class Body>
void FakeSocket::append_answer(Bytes& out, const Message& request, std::uint16_t flags,
                               std::uint8_t command, Body body) {
  append_message(out,
                 {.type = kernel_.family_,
                  .flags = flags,
                  .sequence = request.sequence,
                  .command = command,
                  .version = IPVS_GENL_VERSION},
                 body);
}

void FakeSocket::acknowledge(const Message& request, int error) {
  // With NETLINK_CAP_ACK only the header of the request comes back.
  nlmsgerr verdict{};
  verdict.error = -error;
  verdict.msg.nlmsg_type = request.type;
  verdict.msg.nlmsg_flags = request.flags;
  verdict.msg.nlmsg_seq = request.sequence;
  Bytes out;
  append_raw(out,
             {.nlmsg_len = 0,
              .nlmsg_type = NLMSG_ERROR,
              .nlmsg_flags = NLM_F_CAPPED,
              .nlmsg_seq = request.sequence,
              .nlmsg_pid = 0},
             std::as_bytes(std::span(&verdict, 1)));
  queue(std::move(out));
}

void FakeSocket::queue(Bytes bytes) {
  fresh_.push_back({std::move(bytes), 0, false});
}

Result<Datagram> FakeSocket::receive(Deadline&) {
  if (std::exchange(overflowed_, false))
    return system_failure(ENOBUFS, "receiving from the kernel");
  // Waiting is not simulated: what is not there now never comes.
  if (answers_.empty()) return Error{kernel_errc::no_answer, "waiting for the kernel"};
  FakeAnswer one = std::move(answers_.front());
  answers_.pop_front();
  current_ = std::move(one.bytes);
  if (dump_ && answers_.empty()) {
    if (kernel_.before_chunk) kernel_.before_chunk();
    const std::lock_guard guard(kernel_.lock_);
    fresh_.clear();
    continue_dump();
    if (kernel_.on_answers) kernel_.on_answers(fresh_);
    std::ranges::move(fresh_, std::back_inserter(answers_));
  }
  return Datagram{current_, one.sender, one.truncated};
}

NetlinkSession::Connect FakeNetlink::connect() {
  return [this]() -> Result<std::unique_ptr<NetlinkTransport>> {
    return std::unique_ptr<NetlinkTransport>(std::make_unique<FakeSocket>(*this));
  };
}

KernelWriter::Open FakeNetlink::open(NetlinkOptions options) {
  return [this, options] { return NetlinkKernel::open(connect(), options); };
}

Table FakeNetlink::table() {
  const std::lock_guard guard(lock_);
  return ipvs_.table();
}

int FakeNetlink::change(const Op& op) {
  Bytes request;
  append_request(request, {}, op);
  const auto payload = generic_payload(*MessageReader(request).next());
  const std::lock_guard guard(lock_);
  return ipvs_.change(payload->command, payload->attributes);
}

void FakeNetlink::put(const Table& table) {
  for (const auto& [key, service] : table) {
    change(AddService{key, service.settings});
    for (const auto& [destination, settings] : service.destinations)
      change(AddDestination{key, destination, settings});
  }
}

void FakeNetlink::edit(const std::function<void(FakeIpvs&)>& edit) {
  const std::lock_guard guard(lock_);
  edit(ipvs_);
}

std::size_t FakeNetlink::requests() {
  const std::lock_guard guard(lock_);
  return requests_;
}

std::size_t FakeNetlink::changes() {
  const std::lock_guard guard(lock_);
  return changes_;
}

void FakeNetlink::reload_module() {
  const std::lock_guard guard(lock_);
  ipvs_.services.clear();
  ++family_;
}

}  // namespace lvsd::test
