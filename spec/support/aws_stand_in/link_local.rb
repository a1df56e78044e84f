# frozen_string_literal: true

require 'socket'

class AwsStandIn
  # Gives this process the addresses that containers find their credentials at. Run it under `unshare --net`, so that
  # they are its own and vanish with it; it needs root.
  module LinkLocal
    # From linux/sockios.h and net/if.h; a struct ifreq is a name of 16 bytes and a union of 24.
    SIOCSIFFLAGS = 0x8914
    SIOCSIFADDR = 0x8916
    IFF_UP_AND_RUNNING = 0x1 | 0x40

    # @raise [Errno::EPERM] without root
    def self.assign(address = Environments::ECS_HOST)
      socket = Socket.new(:INET, :DGRAM)
      socket.ioctl(SIOCSIFFLAGS, ['lo', IFF_UP_AND_RUNNING].pack('a16s@40'))
      socket.ioctl(SIOCSIFADDR, ['lo:1', Socket::AF_INET, 0, *address.split('.').map(&:to_i)].pack('a16SSC4@40'))
    ensure
      socket&.close
    end
  end
end
