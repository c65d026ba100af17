#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "api/request.h"
#include "lvsctl/exit.h"

// The daemon, as a function from a request to an answer.

namespace lvsd::ctl {

struct Reply {
  int status = 0;
  std::string body;
};
using Answer = boost::system::result<Reply, Failure>;

using Ask =
    std::function<Answer(api::Method method, const std::string& target, const std::string& body)>;

struct ClientLimits {
  std::size_t header = std::size_t{64} << 10;
  std::size_t body = std::size_t{256} << 20;
};

// Asks the daemon at `socket`, a new connection each time; `timeout` is for the whole of it.
// Whatever goes wrong on the way is a Failure with its exit code; any complete HTTP answer is a
// Reply.
Ask client(const std::filesystem::path& socket, std::chrono::milliseconds timeout,
           const ClientLimits& limits = {});

// Asks for a stream and hands over its body as it comes, until that returns false or the stream
// ends: then the Reply has no body. A stream that is cut off, or silent for longer than any of
// lvsd's, is a Failure; an answer that is no stream a Reply.
using Take = std::function<bool(std::string_view piece)>;
using Follow = std::function<Answer(const std::string& target, const Take& take)>;
// Asks for what may be long in the same way: its silence is `timeout`.
Follow fetcher(const std::filesystem::path& socket, std::chrono::milliseconds timeout);
Follow follower(const std::filesystem::path& socket, std::chrono::milliseconds timeout,
                std::chrono::milliseconds silence = std::chrono::seconds(45));

}  // namespace lvsd::ctl
