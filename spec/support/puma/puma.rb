# frozen_string_literal: true

preload_app!
workers 2
threads 3, 3
# Now and then a worker waits for it to the end, with a bare Rack app too.
worker_shutdown_timeout 2
rackup File.join(__dir__, 'config.ru')
