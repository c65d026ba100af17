#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace lvsd::test {

// A port of loopback where connections are taken, while it is open; nobody reads them.
class OpenPort {
 public:
  OpenPort() : endpoint_(acceptor_.local_endpoint()) {}
  std::string text() const { return std::to_string(endpoint_.port()); }
  void close() { acceptor_.close(); }
  void open() { acceptor_ = boost::asio::ip::tcp::acceptor(loop_, endpoint_); }

 private:
  using tcp = boost::asio::ip::tcp;

  boost::asio::io_context loop_;
  tcp::acceptor acceptor_{loop_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  tcp::endpoint endpoint_;
};

}  // namespace lvsd::test
