// What Asio's TLS streams compile once: who does without them does without OpenSSL.
#include <boost/asio/ssl/impl/src.hpp>
