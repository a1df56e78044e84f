# frozen_string_literal: true

preload_app!
workers 2
threads 4, 4
worker_shutdown_timeout 20
rackup File.join(__dir__, 'config.ru')
