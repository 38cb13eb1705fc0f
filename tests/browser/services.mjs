// Two services of others as an administrator would declare them, in English, French and Arabic.
const texts = (en, fr, ar) => ({ en, fr, ar })
const when = texts('After you agreed.', 'Après votre accord.', 'بعد موافقتك.')
const sent = texts('Your address and the page you read.', 'Votre adresse et la page lue.', 'عنوانك والصفحة التي تقرؤها.')
const counting = texts('Counting of visits by a company.', 'Comptage des visites par une société.', 'إحصاء الزيارات لدى شركة.')
const videos = texts('Showing videos of the portal.', 'Affichage des vidéos du portail.', 'عرض مقاطع فيديو البوابة.')
const item = (service, name, purpose, more = {}) => ({
	id: `${service}.${name.replace(/^[._]+|[._]+$/g, '').toLowerCase()}`, service, kind: 'cookie', name, match: 'exact', party: 'third', function: purpose, purpose,
	set_when: when, location: ['front'], lifetime: { type: 'persistent', seconds: 15552000, refreshed: 'never' }, ...more,
})

export const services = host => ({
	host,
	registry: {
		services: [
			{ id: 'matomo', name: 'Matomo', category: 'statistical', legal_basis: 'consent', loads: 'tag', provider: { name: 'Count Ltd', country: 'FR', url: 'https://count.example' },
				purpose: counting, data_sent: sent, policy_url: 'https://count.example/privacy', retention: '13 months',
				origins: { script: ['https://stats.count.example'], img: ['https://stats.count.example'], connect: ['https://stats.count.example'] },
				tag: { url: 'https://stats.count.example/', site: '7' } },
			{ id: 'youtube', name: 'YouTube', category: 'third_party', legal_basis: 'consent', loads: 'embed',
				provider: { name: 'Google Ireland', country: 'IE', url: 'https://www.youtube.com' }, purpose: videos, data_sent: sent,
				policy_url: 'https://policies.google.com/privacy', retention: '18 months', transfer: 'United States: adequacy decision',
				origins: { frame: ['https://www.youtube-nocookie.com', 'https://www.youtube.com'] } },
		],
		items: [item('matomo', '_pk_id.', counting, { match: 'prefix' }), item('matomo', 'matomo_seen', counting, { kind: 'local_storage' }), item('youtube', 'VISITOR_INFO1_LIVE', videos)],
	},
})
