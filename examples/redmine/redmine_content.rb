# Users with keys, a project and issues, made once: `rails runner redmine_content.rb`.
Setting.rest_api_enabled = '1'
Setting.notified_events = []
Setting.login_required = '1'
def person(login, admin)
  user = User.new(firstname: login, lastname: 'Trial', mail: "#{login}@desk.example", admin: admin)
  user.login = login
  user.password = user.password_confirmation = SecureRandom.hex(12)
  user.save!
  user
end
audit, agent = person('cx-audit', true), person('cx-agent', false)
project = Project.create!(name: 'Service desk', identifier: 'desk', is_public: false, trackers: Tracker.all,
                          enabled_module_names: ['issue_tracking'])
role = Role.create!(name: 'Assistant', permissions: [:view_issues, :add_issues, :edit_issues, :add_issue_notes],
                    issues_visibility: 'all')
WorkflowTransition.copy(nil, Role.givable.first, Tracker.all.to_a, [role])
Member.create!(project: project, user: agent, roles: [role])
project, agent = Project.find(project.id), User.find(agent.id) # their rights are remembered from before
ENV.fetch('REDMINE_ISSUES').to_i.times do |n|
  Issue.create!(project: project, tracker: Tracker.first, author: agent, subject: "[cxready test] request #{n + 1}",
                description: 'made for trials, cxready.trial@customer.example', priority: IssuePriority.first,
                status: IssueStatus.first)
end
File.write(ENV.fetch('REDMINE_TOLD'),
           { 'REDMINE_AUDIT' => audit.api_key, 'REDMINE_AGENT' => agent.api_key }.to_json)
